//! Line models: recorded, tried out in the shadow, activated, and taken back. Every step is an event.

use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::{AccountRole, Activations, ModelVersion, Scope};
use crate::store::{Activation, Model, Project, StoreError, Tx};
use serde_json::{Value, json};

/// Who acts on models and what is learned from: an account, or whoever sits at the machine's command line.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The account, where one was named; it must be an administrator's.
    pub me: Option<Me>,
    /// How the machine knows who sits there, e.g. `uid 1000`.
    pub seat: String,
}

/// A model that was checked and whose files lie in their folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewModel {
    /// Name and version.
    pub id: ModelVersion,
    /// SHA-256 over its files, hexadecimal.
    pub checksum: String,
    /// Whether it reads in the shadow of the active one from now on.
    pub shadow: bool,
}

/// An activation, or one taken back: the scope's own model before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// None: the next wider scope's, in the end the shipped one.
    pub before: Option<ModelVersion>,
    /// As `before`.
    pub after: Option<ModelVersion>,
}

impl Operator {
    /// Refuses accounts that are no administrator's.
    pub(super) fn check(&self) -> Result<()> {
        self.me.as_ref().map_or(Ok(()), |me| me.needs(&[AccountRole::Admin]))
    }

    pub(super) fn account_id(&self) -> Option<&str> {
        self.me.as_ref().map(|me| me.account_id.as_str())
    }

    /// A deed of theirs; where they sat stands in its circumstances.
    pub(super) fn deed<'a>(&'a self, action: &'static str, subject: &'a str, mut detail: Value) -> Deed<'a> {
        detail["seat"] = json!(self.seat);
        Deed { me: self.me.as_ref(), ..Deed::of_system(action, subject) }.detail(detail)
    }
}

impl App {
    /// Every model that was added, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn models(&self) -> Result<Vec<Model>> {
        Ok(self.store.models().await?)
    }

    /// The activations that hold.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn active_models(&self) -> Result<Activations> {
        self.activations().await
    }

    /// Every project, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn projects(&self) -> Result<Vec<Project>> {
        Ok(self.store.projects().await?)
    }

    /// The project with this id or name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_called(&self, id_or_name: &str) -> Result<Project> {
        let is_meant = |p: &Project| p.id == id_or_name || p.name == id_or_name;
        self.store.projects().await?.into_iter().find(is_meant).ok_or(Error::NotFound("project"))
    }

    /// Records a model. False when the same one, file by file, was added before.
    ///
    /// # Errors
    /// [`Error::ModelDiffers`] when name and version were given to other files, [`Error::NotAllowed`].
    pub async fn add_model(&self, by: &Operator, new: &NewModel) -> Result<bool> {
        by.check()?;
        if let Some(known) = self.store.model(&new.id).await? {
            return if known.checksum == new.checksum {
                Ok(false)
            } else {
                Err(Error::ModelDiffers(new.id.clone()))
            };
        }
        let NewModel { id, checksum, shadow } = new.clone();
        let (folder, added_at) = (id.folder(), self.clock.now_ms());
        let mut tx = self.store.begin().await?;
        let model = Model { id, folder, checksum, shadow, added_at };
        tx.add_model(&model).await.map_err(|error| match error {
            StoreError::Duplicate(_) => Error::ModelDiffers(new.id.clone()),
            other => other.into(),
        })?;
        let subject = new.id.to_string();
        let deed = by.deed("model.add", &subject, json!({ "checksum": new.checksum, "shadow": new.shadow }));
        self.record(&mut tx, deed).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Switches a model's reading in the shadow on or off. False when it was so already.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAllowed`].
    pub async fn set_shadow(&self, by: &Operator, id: &ModelVersion, on: bool) -> Result<bool> {
        by.check()?;
        self.store.model(id).await?.ok_or(Error::NotFound("model"))?;
        let mut tx = self.store.begin().await?;
        if !tx.set_model_shadow(id, on).await? {
            return Ok(false);
        }
        let subject = id.to_string();
        self.record(&mut tx, by.deed("model.shadow", &subject, json!({ "on": on }))).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Makes an added model the active one of a scope: it reads what is read from now on. What was read
    /// before keeps its proposals.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAllowed`].
    pub async fn activate_model(&self, by: &Operator, id: &ModelVersion, scope: &Scope) -> Result<Switched> {
        by.check()?;
        self.store.model(id).await?.ok_or(Error::NotFound("model"))?;
        let mut tx = self.store.begin().await?;
        let before = newest(&tx.standing_activations().await?, scope).map(|a| a.model.clone());
        let switched = Switched { before, after: Some(id.clone()) };
        if switched.before == switched.after {
            return Ok(switched);
        }
        tx.activate_model(scope, id, (self.clock.now_ms(), by.account_id())).await?;
        self.record_switch(tx, by, ("model.activate", scope), switched).await
    }

    /// Takes the newest activation of a scope back: the one before it holds again, or else the next wider
    /// scope's.
    ///
    /// # Errors
    /// [`Error::NothingActivated`], [`Error::NotAllowed`].
    pub async fn roll_back_model(&self, by: &Operator, scope: &Scope) -> Result<Switched> {
        by.check()?;
        let mut tx = self.store.begin().await?;
        let mut standing = tx.standing_activations().await?;
        let last = newest(&standing, scope).cloned().ok_or(Error::NothingActivated)?;
        if !tx.undo_activation(last.seq, (self.clock.now_ms(), by.account_id())).await? {
            return Err(Error::NothingActivated);
        }
        standing.retain(|a| a.seq != last.seq);
        let after = newest(&standing, scope).map(|a| a.model.clone());
        let switched = Switched { before: Some(last.model), after };
        self.record_switch(tx, by, ("model.rollback", scope), switched).await
    }

    async fn record_switch(
        &self,
        mut tx: Tx,
        by: &Operator,
        (action, scope): (&'static str, &Scope),
        switched: Switched,
    ) -> Result<Switched> {
        let named = |model: &Option<ModelVersion>| model.as_ref().map(ToString::to_string);
        let detail = json!({
            "project": scope.project_id, "kind": scope.kind,
            "before": named(&switched.before), "after": named(&switched.after),
        });
        let subject = switched
            .after
            .as_ref()
            .or(switched.before.as_ref())
            .map_or_else(String::new, ToString::to_string);
        self.record(&mut tx, by.deed(action, &subject, detail)).await?;
        tx.commit().await?;
        Ok(switched)
    }
}

/// The newest activation of exactly this scope.
fn newest<'a>(standing: &'a [Activation], scope: &Scope) -> Option<&'a Activation> {
    standing.iter().rev().find(|activation| activation.scope == *scope)
}
