//! Line models as an installation knows them: names with versions, and which of them reads what.

use super::kind::FieldKind;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A line model by name and version; a proposal names both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelVersion {
    /// Its name, e.g. `line-vi`.
    pub name: String,
    /// Its version, e.g. `2026.11.21`.
    pub version: String,
}

/// A text that names no model version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no NAME@VERSION: 1 to 64 letters, digits and . - _ each, none beginning with a dot")]
pub struct BadModelVersion(pub String);

impl ModelVersion {
    /// Checks name and version: both become part of a folder's name.
    ///
    /// # Errors
    /// When either holds more than 1 to 64 letters, digits and `. - _`, or begins with a dot.
    pub fn new(name: &str, version: &str) -> Result<Self, BadModelVersion> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let fits =
            |word: &str| (1..=64).contains(&word.len()) && !word.starts_with('.') && word.chars().all(plain);
        if fits(name) && fits(version) {
            Ok(Self { name: name.to_owned(), version: version.to_owned() })
        } else {
            Err(BadModelVersion(format!("{name}@{version}")))
        }
    }

    /// The name of the folder that an added model lies in.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

impl fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl FromStr for ModelVersion {
    type Err = BadModelVersion;

    fn from_str(s: &str) -> Result<Self, BadModelVersion> {
        let (name, version) = s.split_once('@').ok_or_else(|| BadModelVersion(s.to_owned()))?;
        Self::new(name, version)
    }
}

/// What an activation holds for: a project or all of them, a kind of field or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Only this project, by its id.
    pub project_id: Option<String>,
    /// Only this kind of field.
    pub kind: Option<FieldKind>,
}

impl Scope {
    /// The scopes that a field falls under, the one that goes first in front: project and kind, project,
    /// kind, everything.
    #[must_use]
    pub fn over(project_id: &str, kind: FieldKind) -> [Self; 4] {
        let (project, kind) = (Some(project_id.to_owned()), Some(kind));
        [
            Self { project_id: project.clone(), kind },
            Self { project_id: project, kind: None },
            Self { project_id: None, kind },
            Self::default(),
        ]
    }
}

/// The activations that stand, one model for each scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activations(Vec<(Scope, ModelVersion)>);

impl Activations {
    /// From all that were not taken back, oldest first: of each scope the newest holds.
    #[must_use]
    pub fn from_oldest(standing: impl IntoIterator<Item = (Scope, ModelVersion)>) -> Self {
        let mut held: Vec<(Scope, ModelVersion)> = Vec::new();
        for (scope, model) in standing {
            held.retain(|(known, _)| *known != scope);
            held.push((scope, model));
        }
        Self(held)
    }

    /// What was activated for exactly this scope.
    #[must_use]
    pub fn of(&self, scope: &Scope) -> Option<&ModelVersion> {
        self.0.iter().find(|(known, _)| known == scope).map(|(_, model)| model)
    }

    /// The model that reads this kind of field in this project; none: the shipped one.
    #[must_use]
    pub fn model_for(&self, project_id: &str, kind: FieldKind) -> Option<&ModelVersion> {
        Scope::over(project_id, kind).iter().find_map(|scope| self.of(scope))
    }

    /// Every scope with its model.
    pub fn iter(&self) -> impl Iterator<Item = &(Scope, ModelVersion)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(version: &str) -> ModelVersion {
        ModelVersion::new("line-vi", version).unwrap()
    }

    fn scope(project_id: Option<&str>, kind: Option<FieldKind>) -> Scope {
        Scope { project_id: project_id.map(str::to_owned), kind }
    }

    #[test]
    fn a_model_version_reads_back_and_never_leaves_its_folder() {
        assert_eq!("line-vi@2026.11".parse(), Ok(model("2026.11")));
        assert_eq!(model("2026.11").to_string(), "line-vi@2026.11");
        for bad in ["line-vi", "@1", "a@", "../x@1", "a@..", "a/b@1", "a@b@c", "tên@1"] {
            assert!(bad.parse::<ModelVersion>().is_err(), "{bad}");
        }
    }

    #[test]
    fn project_and_kind_go_before_project_before_kind_before_everything() {
        let name = FieldKind::PersonName;
        let mut standing = vec![(scope(None, None), model("1"))];
        let mut reads = Vec::new();
        for (next, version) in [
            (scope(None, Some(name)), "2"),
            (scope(Some("p"), None), "3"),
            (scope(Some("p"), Some(name)), "4"),
        ] {
            let held = Activations::from_oldest(standing.clone());
            reads.push(held.model_for("p", name).cloned());
            standing.push((next, model(version)));
        }
        let held = Activations::from_oldest(standing);
        reads.push(held.model_for("p", name).cloned());
        assert_eq!(reads, ["1", "2", "3", "4"].map(|v| Some(model(v))));
        assert_eq!(held.model_for("p", FieldKind::Date), Some(&model("3")));
        assert_eq!(held.model_for("q", name), Some(&model("2")));
        assert_eq!(held.model_for("q", FieldKind::Date), Some(&model("1")));
        assert_eq!(Activations::default().model_for("p", name), None);
    }

    #[test]
    fn of_one_scope_the_newest_holds() {
        let all = Scope::default();
        let held = Activations::from_oldest([(all.clone(), model("1")), (all.clone(), model("2"))]);
        assert_eq!(held.of(&all), Some(&model("2")));
        assert_eq!(held.iter().count(), 1);
    }
}
