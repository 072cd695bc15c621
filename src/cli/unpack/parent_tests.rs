//! The parent with children that say and do what a script says.

use super::parent::{MostCost, OwnProcess};
use crate::app::{LookFailure, Step, Unpacker};
use crate::image::{BundleLimits, Identity};
use bytes::Bytes;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// Says that it begins a page of `a.pdf`, by number and milliseconds spent.
const BEGIN: &str = r#"begin() {
  printf '{"frame":"begin","head":{"member":0,"page":%d,"name":"a.pdf","identity":{"page_of":["%064d",%d]}},"spent_ms":%d}\n' $1 7 $1 $2
}
bad() {
  printf '{"frame":"bad","head":{"member":0,"page":%d,"name":"a.pdf","identity":{"page_of":["%064d",%d]}},"code":"image_damaged","reason":""}\n' $1 7 $1
}
after=-1
while [ $# -gt 0 ]; do [ "$1" = --after ] && after=$3; shift; done
cat > /dev/null
"#;

fn child(folder: &Path, script: &str) -> OwnProcess {
    let path = folder.join("child");
    std::fs::write(&path, format!("#!/bin/sh\n{BEGIN}{script}")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    OwnProcess::of(path)
}

/// Number, identity's page and code of every page, and the last step.
async fn unpacked(unpacker: &OwnProcess, limits: BundleLimits) -> (Vec<(usize, usize, String)>, Step) {
    let mut steps = unpacker.unpack(Bytes::from_static(b"%PDF-1.7"), limits);
    let mut pages = Vec::new();
    loop {
        match steps.recv().await.expect("there is a last step") {
            Step::Page(page) => {
                assert_eq!(page.name.as_deref(), Some("a.pdf"));
                let Identity::PageOf(_, number) = page.identity else { panic!("{page:?}") };
                pages.push((page.place.page, number, page.file.unwrap_err().code));
            }
            last => return (pages, last),
        }
    }
}

fn refusal(step: &Step) -> &str {
    match step {
        Step::Refused(refused) => &refused.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_page_that_kills_keeps_its_name_and_identity_and_the_next_follows() {
    let folder = tempfile::tempdir().unwrap();
    let script = "if [ $after -lt 0 ]; then begin 0 5; kill -SEGV $$; fi\nbegin 1 5; bad 1; echo '{\"frame\":\"end\"}'";
    let (pages, last) = unpacked(&child(folder.path(), script), BundleLimits::default()).await;
    let wanted = [(0, 0, "page_too_hard"), (1, 1, "image_damaged")];
    assert_eq!(pages, wanted.map(|(page, number, code)| (page, number, code.to_owned())));
    assert!(matches!(last, Step::End), "{last:?}");
}

#[tokio::test]
async fn a_file_that_kills_one_child_after_the_other_is_given_up_and_its_pages_stay() {
    let folder = tempfile::tempdir().unwrap();
    let deadly = child(folder.path(), "begin $((after + 1)) 5; kill -ABRT $$");
    let deadly = deadly.with_most(MostCost { deaths: 3, ..MostCost::default() });
    let (pages, last) = unpacked(&deadly, BundleLimits::default()).await;
    assert_eq!((pages.len(), refusal(&last)), (3, "file_too_hard"));
}

#[tokio::test]
async fn processor_time_is_counted_over_all_children() {
    let folder = tempfile::tempdir().unwrap();
    let slow = child(
        folder.path(),
        "i=$((after + 1)); begin $i 4000; bad $i; i=$((i + 1)); begin $i 8000; kill -XCPU $$",
    );
    let most = MostCost { time: Duration::from_secs(20), ..MostCost::default() };
    let (pages, last) = unpacked(&slow.with_most(most), BundleLimits::default()).await;
    // The first child is taken for 8 s and its last page; the second is stopped when it has begun.
    assert_eq!((pages.len(), refusal(&last)), (2, "file_too_slow"));
}

#[tokio::test]
async fn pages_are_counted_over_all_children() {
    let folder = tempfile::tempdir().unwrap();
    let many = child(folder.path(), "begin $((after + 1)) 5; kill -SEGV $$");
    let limits = BundleLimits { max_pages: 2, ..BundleLimits::default() };
    let (pages, last) = unpacked(&many, limits).await;
    assert_eq!((pages.len(), refusal(&last)), (2, "file_too_many_pages"));
}

#[tokio::test]
async fn what_is_not_the_files_fault_condemns_no_page() {
    let folder = tempfile::tempdir().unwrap();
    for script in ["begin 0 5; kill -KILL $$", "begin 0 5; exit 1", "exit 1"] {
        let (pages, last) = unpacked(&child(folder.path(), script), BundleLimits::default()).await;
        assert!(pages.is_empty() && matches!(last, Step::Failed(_)), "{script}: {last:?}");
    }
}

#[tokio::test]
async fn a_look_that_cannot_be_taken_is_no_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let look = async |unpacker: &OwnProcess| {
        unpacker.look(Bytes::from_static(b"%PDF-1.7"), BundleLimits::default()).await
    };
    let nobody = OwnProcess::of(folder.path().join("no such program"));
    assert!(matches!(look(&nobody).await, Err(LookFailure::Failed(_))));
    let killed = look(&child(folder.path(), "kill -KILL $$")).await;
    assert!(matches!(killed, Err(LookFailure::Failed(_))), "{killed:?}");
    let died = look(&child(folder.path(), "kill -SEGV $$")).await;
    assert!(matches!(&died, Err(LookFailure::Refused(why)) if why.code == "file_too_hard"), "{died:?}");
    let told = look(&child(folder.path(), "echo '{\"frame\":\"kind\",\"mime\":\"application/pdf\"}'")).await;
    assert!(told.is_ok(), "{told:?}");
}
