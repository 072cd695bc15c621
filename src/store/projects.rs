//! Projects: the settings that books are worked under.

use super::arm::{Db, Row, Tx, binds, json_text};
use super::error::Result;
use crate::domain::review::ProjectPolicy;

/// A project.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// UUIDv7.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// How its entries are reviewed.
    pub policy: ProjectPolicy,
}

const PROJECT: &str = "SELECT id, name, settings FROM project WHERE id = $1";
const PROJECTS: &str = "SELECT id, name, settings FROM project ORDER BY id";
const PUT_PROJECT: &str = "INSERT INTO project (id, name, policy, settings) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, policy = excluded.policy, settings = excluded.settings";

impl Project {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self { id: row.text("id")?, name: row.text("name")?, policy: row.json("settings")? })
    }
}

impl Db {
    /// The project with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project(&self, id: &str) -> Result<Option<Project>> {
        self.row(PROJECT, binds![id]).await?.as_ref().map(Project::from_row).transpose()
    }

    /// Every project, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn projects(&self) -> Result<Vec<Project>> {
        self.rows(PROJECTS, vec![]).await?.iter().map(Project::from_row).collect()
    }
}

impl Tx {
    /// As [`Db::project`], within a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project(&mut self, id: &str) -> Result<Option<Project>> {
        self.row(PROJECT, binds![id]).await?.as_ref().map(Project::from_row).transpose()
    }

    /// Stores a project, new or changed.
    ///
    /// # Errors
    /// [`super::StoreError::Duplicate`] when the name is taken.
    pub async fn put_project(&mut self, project: &Project) -> Result<()> {
        let settings = json_text(&project.policy)?;
        let policy = project.policy.policy.as_str();
        self.write(PUT_PROJECT, binds![&project.id, &project.name, policy, settings]).await.map(drop)
    }
}
