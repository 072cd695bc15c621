//! An unpacker that does as another one, unless it is told to go wrong.

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use sohoa::app::{LookFailure, Step, Unpacker};
use sohoa::image::{BundleKind, BundleLimits, Refused};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// What goes wrong next.
#[derive(Debug, Clone, Copy)]
pub enum Mood {
    /// A look cannot be taken.
    CannotLook,
    /// The file is refused with this code when it is unpacked.
    Refuses(&'static str),
    /// The unpacking fails for reasons that are not the file's.
    Fails,
}

#[derive(Debug)]
pub struct Moody {
    other: Arc<dyn Unpacker>,
    moods: Mutex<VecDeque<Mood>>,
}

impl Moody {
    pub fn over(other: Arc<dyn Unpacker>) -> Self {
        Self { other, moods: Mutex::default() }
    }

    pub fn is_about_to(&self, moods: &[Mood]) {
        self.moods.lock().unwrap().extend(moods);
    }

    fn next(&self, wanted: impl Fn(&Mood) -> bool) -> Option<Mood> {
        let mut moods = self.moods.lock().unwrap();
        if moods.front().is_some_and(wanted) { moods.pop_front() } else { None }
    }
}

impl Unpacker for Moody {
    fn look(
        &self,
        bytes: Bytes,
        limits: BundleLimits,
    ) -> BoxFuture<'static, Result<BundleKind, LookFailure>> {
        match self.next(|mood| matches!(mood, Mood::CannotLook)) {
            Some(_) => async { Err(LookFailure::Failed("no process can be started".into())) }.boxed(),
            None => self.other.look(bytes, limits),
        }
    }

    fn unpack(&self, bytes: Bytes, limits: BundleLimits) -> mpsc::Receiver<Step> {
        let last = match self.next(|mood| !matches!(mood, Mood::CannotLook)) {
            Some(Mood::Refuses(code)) => {
                Step::Refused(Refused { code: code.into(), reason: "a mood".into() })
            }
            Some(_) => Step::Failed("a mood".into()),
            None => return self.other.unpack(bytes, limits),
        };
        let (steps, receiver) = mpsc::channel(1);
        steps.try_send(last).unwrap();
        receiver
    }
}
