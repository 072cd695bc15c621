//! The terms of acceptance by sampling, as a project sets them.

use super::lot_views::MAY_SEE;
use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::AccountRole;
use crate::domain::acceptance::{Aql, InspectionLevel, Sampling};
use serde::Serialize;
use serde_json::json;

/// The terms, with what may be chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SamplingView {
    /// None: whole books are accepted as they are.
    sampling: Option<Sampling>,
    /// Acceptable quality limits that the norm has, percent.
    aql_steps: Vec<f64>,
    /// Inspection levels.
    levels: &'static [InspectionLevel],
}

impl App {
    /// The terms in force.
    ///
    /// # Errors
    /// [`Error::NotAllowed`].
    pub async fn sampling(&self, me: &Me) -> Result<SamplingView> {
        me.needs(&MAY_SEE)?;
        let sampling = self.ensure_project().await?.policy.sampling;
        let aql_steps = Aql::all().map(Aql::percent).collect();
        Ok(SamplingView { sampling, aql_steps, levels: InspectionLevel::ALL })
    }

    /// Sets the terms for lots made from now on. To do without sampling, or begin with it, takes an administrator.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::BadInput`].
    pub async fn set_sampling(&self, me: &Me, sampling: Option<Sampling>) -> Result<SamplingView> {
        me.needs(&MAY_SEE)?;
        if let Some(wrong) = sampling.as_ref().and_then(Sampling::wrong_setting) {
            return Err(Error::BadInput(vec![wrong]));
        }
        let project_id = self.ensure_project().await?.id;
        let mut tx = self.store.begin().await?;
        tx.lock_project(&project_id).await?;
        let mut project = tx.project(&project_id).await?.ok_or(Error::NotFound("project"))?;
        if project.policy.sampling.is_some() != sampling.is_some() {
            me.needs(&[AccountRole::Admin])?;
        }
        let detail = json!({ "before": project.policy.sampling, "after": sampling });
        project.policy.sampling = sampling;
        tx.put_project(&project).await?;
        self.record(&mut tx, Deed::of(me, "project.sampling", &project.id).detail(detail)).await?;
        tx.commit().await?;
        self.sampling(me).await
    }
}
