//! A gate that finds what it is told to find, on every page the same.

use sohoa::app::{GateAnswer, GateQuestion, PageError, PageGate};
use sohoa::domain::gate::Finding;
use sohoa::image::Imprint;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MadeUpGate {
    /// What is wrong with the next pages.
    pub finds: Mutex<Vec<Finding>>,
    /// What the next pages are known by.
    pub imprint: Mutex<Option<String>>,
    /// The next pages are no pictures: why.
    pub bad: Mutex<Option<&'static str>>,
}

impl PageGate for MadeUpGate {
    fn look(&self, _: &[u8], _: &GateQuestion<'_>) -> Result<GateAnswer, PageError> {
        if let Some(code) = *self.bad.lock().unwrap() {
            return Err(PageError::Bad { code: code.into(), source: None });
        }
        let imprint = self.imprint.lock().unwrap().as_deref().map(|text| Imprint::decode(text).unwrap());
        Ok(GateAnswer { findings: self.finds.lock().unwrap().clone(), imprint })
    }
}
