//! The parent: starts children, takes their frames, outlives their deaths.

use super::frame::{Frame, Head, kind_of};
use super::run::Run;
use crate::app::{LookFailure, Step, Unpacker};
use crate::image::{BundleKind, BundleLimits, Place, Refused};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Unpacks in processes of their own.
#[derive(Debug, Clone)]
pub struct OwnProcess {
    program: PathBuf,
    most: MostCost,
}

/// What one file may cost, over all the children that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MostCost {
    /// Children that die on a page.
    pub deaths: u32,
    /// Processor time.
    pub time: Duration,
}

impl Default for MostCost {
    /// Two thousand pages of 1.2 seconds each; a drawn page takes about one. A file on which so many children die is
    /// no scan with a bad page in it.
    fn default() -> Self {
        Self { deaths: 20, time: Duration::from_secs(40 * 60) }
    }
}

/// What a child that died is taken to have spent on its last page: it may not spend more.
const LAST_PAGE: Duration = Duration::from_secs(super::child::SECONDS_PER_PAGE);

impl OwnProcess {
    /// Children of this program, which must be one that knows the command `unpack-pages`.
    #[must_use]
    pub fn of(program: PathBuf) -> Self {
        Self { program, most: MostCost::default() }
    }

    /// Children of this very program.
    ///
    /// # Errors
    /// When the system does not tell where it is.
    pub(in super::super) fn of_this_program() -> std::io::Result<Self> {
        Ok(Self::of(std::env::current_exe()?))
    }

    /// The same with other limits of cost.
    #[must_use]
    pub fn with_most(self, most: MostCost) -> Self {
        Self { most, ..self }
    }
}

impl Unpacker for OwnProcess {
    fn look(
        &self,
        bytes: Bytes,
        limits: BundleLimits,
    ) -> BoxFuture<'static, Result<BundleKind, LookFailure>> {
        let program = self.program.clone();
        async move {
            let looked = async {
                let mut run = Run::start(&program, bytes, &limits, &["--look".into()])?;
                match run.next().await? {
                    Some((frame, _)) => run.end().await.map(|()| Some(frame)),
                    None if run.was_ended_from_outside().await? => Err(ended_from_outside()),
                    None => Ok(None),
                }
            };
            match looked.await {
                Ok(Some(Frame::Kind { mime })) => {
                    kind_of(&mime).ok_or_else(|| LookFailure::Refused(unreadable()))
                }
                Ok(Some(Frame::Refused { code, reason })) => {
                    Err(LookFailure::Refused(Refused { code, reason }))
                }
                Ok(_) => Err(LookFailure::Refused(unreadable())),
                Err(error) => Err(LookFailure::Failed(error.to_string())),
            }
        }
        .boxed()
    }

    fn unpack(&self, bytes: Bytes, limits: BundleLimits) -> mpsc::Receiver<Step> {
        let (steps, receiver) = mpsc::channel(1);
        let own = self.clone();
        tokio::spawn(async move {
            let mut whole =
                Whole { own, limits, steps: &steps, after: None, deaths: 0, pages: 0, spent: Duration::ZERO };
            let last = tokio::select! {
                last = whole.unpack(bytes) => last,
                () = steps.closed() => return,
            };
            // Nobody waits for the end when the receiver is gone.
            let _ = steps.send(last.unwrap_or_else(|error| Step::Failed(error.to_string()))).await;
        });
        receiver
    }
}

/// What a child that died without a word about a page leaves behind.
fn unreadable() -> Refused {
    Refused { code: "file_too_hard".into(), reason: "the unpacking process died".into() }
}

fn ended_from_outside() -> std::io::Error {
    std::io::Error::other("the unpacking process was ended from outside")
}

/// A whole file, in as many children as it takes.
struct Whole<'a> {
    own: OwnProcess,
    limits: BundleLimits,
    steps: &'a mpsc::Sender<Step>,
    /// The last page that was passed on.
    after: Option<Place>,
    deaths: u32,
    pages: usize,
    /// Processor time of children that died.
    spent: Duration,
}

/// How a child ended.
enum Ended {
    /// With the last step of the file.
    Last(Step),
    /// Without a word, at the page that it had begun.
    Dead(Option<Head>),
}

impl Whole<'_> {
    /// Passes all pages on; gives the last step.
    async fn unpack(&mut self, bytes: Bytes) -> std::io::Result<Step> {
        loop {
            let mut run = Run::start(&self.own.program, bytes.clone(), &self.limits, &self.arguments())?;
            let begun = match self.listen(&mut run).await? {
                Ended::Last(step) => {
                    run.end().await?;
                    return Ok(step);
                }
                Ended::Dead(begun) => begun,
            };
            if run.was_ended_from_outside().await? {
                return Err(ended_from_outside());
            }
            // The page that it had begun is the one that killed it; nothing is known of a file that kills at once.
            let Some(head) = begun.filter(|head| Some(head.place()) > self.after) else {
                return Ok(Step::Refused(unreadable()));
            };
            if self.pages >= self.limits.max_pages {
                return Ok(Step::Refused(self.too_many()));
            }
            let reason = "the unpacking process died".to_owned();
            if !self.pass_on(head, Err(Refused { code: "page_too_hard".into(), reason })).await {
                return Ok(Step::End);
            }
            self.deaths += 1;
            if self.deaths >= self.own.most.deaths {
                return Ok(Step::Refused(unreadable()));
            }
        }
    }

    /// Where a child begins: behind the last page that was passed on.
    fn arguments(&self) -> Vec<OsString> {
        self.after.map_or_else(Vec::new, |place| {
            ["--after".to_owned(), place.member.to_string(), place.page.to_string()]
                .map(OsString::from)
                .into()
        })
    }

    /// Takes a child's frames to its end.
    async fn listen(&mut self, run: &mut Run) -> std::io::Result<Ended> {
        let (mut begun, mut spent) = (None, Duration::ZERO);
        while let Some((frame, picture)) = run.next().await? {
            let (head, file) = match frame {
                Frame::Begin { head, spent_ms } => {
                    begun = Some(head);
                    spent = Duration::from_millis(spent_ms);
                    if self.spent + spent > self.own.most.time {
                        return Ok(Ended::Last(Step::Refused(self.too_slow())));
                    }
                    continue;
                }
                Frame::Page { head, .. } => (head, Ok(picture)),
                Frame::Bad { head, code, reason } => (head, Err(Refused { code, reason })),
                Frame::End => return Ok(Ended::Last(Step::End)),
                Frame::Refused { code, reason } => {
                    return Ok(Ended::Last(Step::Refused(Refused { code, reason })));
                }
                Frame::Kind { .. } => {
                    let reason = "the child answered another question".to_owned();
                    return Ok(Ended::Last(Step::Failed(reason)));
                }
            };
            begun = None;
            if self.pages >= self.limits.max_pages {
                return Ok(Ended::Last(Step::Refused(self.too_many())));
            }
            if !self.pass_on(head, file).await {
                return Ok(Ended::Last(Step::End));
            }
        }
        self.spent += spent + LAST_PAGE;
        Ok(Ended::Dead(begun))
    }

    /// Passes a page on. False when nobody wants it any more.
    async fn pass_on(&mut self, head: Head, file: Result<Bytes, Refused>) -> bool {
        self.after = Some(head.place());
        self.pages += 1;
        let step = match head.with(file) {
            Some(page) => Step::Page(Box::new(page)),
            None => Step::Failed("the child's frame makes no sense".into()),
        };
        self.steps.send(step).await.is_ok()
    }

    fn too_slow(&self) -> Refused {
        let reason = format!("more than {:?} of processor time", self.own.most.time);
        Refused { code: "file_too_slow".into(), reason }
    }

    /// A child that begins in the middle counts only the pages that it sees.
    fn too_many(&self) -> Refused {
        let reason = format!("more than {} pages", self.limits.max_pages);
        Refused { code: "file_too_many_pages".into(), reason }
    }
}
