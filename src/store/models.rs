//! Line models that were added, and which of them reads what.

use super::arm::{Db, Row, Tx, binds};
use super::error::Result;
use crate::domain::{FieldKind, ModelVersion, Scope};

/// A line model that was added beside the shipped one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Name and version.
    pub id: ModelVersion,
    /// Name of its folder.
    pub folder: String,
    /// SHA-256 over its files, hexadecimal.
    pub checksum: String,
    /// Whether it reads in the shadow of the active model.
    pub shadow: bool,
    /// When it was added, ms.
    pub added_at: i64,
}

/// An activation that was not taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// Its place among all, from 1.
    pub seq: i64,
    /// What it holds for.
    pub scope: Scope,
    /// The model.
    pub model: ModelVersion,
    /// When, ms.
    pub activated_at: i64,
    /// The account that did it; none for somebody at the command line who named none.
    pub activated_by: Option<String>,
}

const MODELS: &str =
    "SELECT name, version, folder, checksum, shadow, added_at FROM model ORDER BY added_at, name, version";
const MODEL: &str = "SELECT name, version, folder, checksum, shadow, added_at FROM model
    WHERE name = $1 AND version = $2";
const ADD: &str = "INSERT INTO model (name, version, folder, checksum, shadow, added_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const SET_SHADOW: &str = "UPDATE model SET shadow = $3 WHERE name = $1 AND version = $2 AND shadow <> $3";
const STANDING: &str = "SELECT seq, project_id, kind, name, version, activated_at, activated_by
    FROM model_activation WHERE undone_at IS NULL ORDER BY seq";
const ACTIVATE: &str = "INSERT INTO model_activation
    (seq, project_id, kind, name, version, activated_at, activated_by)
    SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3, $4, $5, $6 FROM model_activation";
const UNDO: &str =
    "UPDATE model_activation SET undone_at = $2, undone_by = $3 WHERE seq = $1 AND undone_at IS NULL";

impl Model {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: ModelVersion { name: row.text("name")?, version: row.text("version")? },
            folder: row.text("folder")?,
            checksum: row.text("checksum")?,
            shadow: row.truth("shadow")?,
            added_at: row.int("added_at")?,
        })
    }
}

impl Activation {
    fn from_row(row: &Row) -> Result<Self> {
        let kind = row.opt_text("kind")?.map(|_| row.word("kind")).transpose()?;
        Ok(Self {
            seq: row.int("seq")?,
            scope: Scope { project_id: row.opt_text("project_id")?, kind },
            model: ModelVersion { name: row.text("name")?, version: row.text("version")? },
            activated_at: row.int("activated_at")?,
            activated_by: row.opt_text("activated_by")?,
        })
    }
}

impl Db {
    /// Every model that was added, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn models(&self) -> Result<Vec<Model>> {
        self.rows(MODELS, vec![]).await?.iter().map(Model::from_row).collect()
    }

    /// The model of this name and version, if it was added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn model(&self, id: &ModelVersion) -> Result<Option<Model>> {
        self.row(MODEL, binds![&id.name, &id.version]).await?.as_ref().map(Model::from_row).transpose()
    }

    /// The activations that were not taken back, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing_activations(&self) -> Result<Vec<Activation>> {
        self.rows(STANDING, vec![]).await?.iter().map(Activation::from_row).collect()
    }
}

impl Tx {
    /// Records a model.
    ///
    /// # Errors
    /// [`super::StoreError::Duplicate`] when name and version, or the folder, are taken.
    pub async fn add_model(&mut self, model: &Model) -> Result<()> {
        let Model { id, folder, checksum, shadow, added_at } = model;
        let binds = binds![&id.name, &id.version, folder, checksum, *shadow, *added_at];
        self.write(ADD, binds).await.map(drop)
    }

    /// Switches reading in the shadow on or off. False when it was so already, or there is no such model.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_model_shadow(&mut self, id: &ModelVersion, shadow: bool) -> Result<bool> {
        Ok(self.write(SET_SHADOW, binds![&id.name, &id.version, shadow]).await? == 1)
    }

    /// Makes a model the active one of a scope.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] when model, project or account are not there,
    /// [`super::StoreError::Duplicate`] when somebody else activated one at the same moment.
    pub async fn activate_model(
        &mut self,
        scope: &Scope,
        model: &ModelVersion,
        (at, account_id): (i64, Option<&str>),
    ) -> Result<()> {
        let kind = scope.kind.map(FieldKind::as_str);
        let binds = binds![&scope.project_id, kind, &model.name, &model.version, at, account_id];
        self.write(ACTIVATE, binds).await.map(drop)
    }

    /// Takes an activation back. False when it was taken back already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undo_activation(&mut self, seq: i64, (at, account_id): (i64, Option<&str>)) -> Result<bool> {
        Ok(self.write(UNDO, binds![seq, at, account_id]).await? == 1)
    }

    /// As [`Db::standing_activations`], on the transaction's own connection.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing_activations(&mut self) -> Result<Vec<Activation>> {
        self.rows(STANDING, vec![]).await?.iter().map(Activation::from_row).collect()
    }
}
