use crate::stage::{NOW, Stage, book, new_entry, new_page};
use sohoa::domain::review::{BookStep, Decision};
use sohoa::domain::{BookState, EntryState, FieldValue, Hint, HintCode, PageState, RegisterKind};
use sohoa::store::{
    AddedPage, After, Alternative, Delivery, NewEntry, Preparation, Proposal, ReaderId, Registration,
    StoreError,
};

pub async fn a_book_is_entered_once(stage: Stage) {
    let stage = stage.with_book().await;
    let mut twin = book(1);
    twin.id = "book-9".into();
    let mut tx = stage.db.begin().await.unwrap();
    assert!(matches!(tx.add_book(&twin).await, Err(StoreError::Duplicate(_))));
    drop(tx);
    let office = "UBND xã Hoà Bình";
    let found = stage.db.book_by_name(RegisterKind::Birth, 2016, "01", office).await.unwrap();
    assert_eq!(found, Some(book(1)));
    assert_eq!(stage.db.book_by_name(RegisterKind::Death, 2016, "01", office).await.unwrap(), None);
}

pub async fn books_are_listed_newest_first_with_their_counts(stage: Stage) {
    let stage = stage.with_book().await;
    let mut tx = stage.db.begin().await.unwrap();
    for n in 2..=4 {
        tx.add_book(&book(n)).await.unwrap();
    }
    tx.commit().await.unwrap();
    stage.page(1).await;
    stage.entry(2).await;
    stage.entry(3).await;
    stage.submit("entry-0003", "an", "Lê Thị Hoà").await;

    let newest = stage.db.books(After { id: None, limit: 2 }).await.unwrap();
    assert_eq!(newest.iter().map(|b| b.id.as_str()).collect::<Vec<_>>(), ["book-4", "book-3"]);
    let older = stage.db.books(After { id: Some("book-3"), limit: 9 }).await.unwrap();
    assert_eq!(older.iter().map(|b| b.id.as_str()).collect::<Vec<_>>(), ["book-2", "book-1"]);

    let summaries = stage.db.book_summaries("book-1", "book-2").await.unwrap();
    let summary = &summaries["book-1"];
    assert_eq!(summary.pages[&PageState::Read], 2);
    assert_eq!(summary.pages[&PageState::Received], 1);
    assert_eq!(summary.entries[&EntryState::Proposed], 1);
    assert_eq!(summary.entries[&EntryState::Typed], 1);
    assert_eq!(stage.db.book_summary("book-1").await.unwrap(), *summary);
    assert_eq!(stage.db.book_summary("book-2").await.unwrap().counts().entries, 0);
}

pub async fn the_same_bytes_are_one_page(stage: Stage) {
    let stage = stage.with_book().await;
    let first = stage.page(1).await;
    assert_eq!((first.ordinal, first.state), (1, PageState::Received));
    let mut again = new_page(1);
    again.id = "page-other".into();
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(tx.add_page(&again).await.unwrap(), AddedPage::Already(first.clone()));
    tx.commit().await.unwrap();
    assert_eq!(stage.page(2).await.ordinal, 2);
    assert_eq!(stage.db.page_by_sha256(&first.sha256).await.unwrap(), Some(first.clone()));
    let pages = stage.db.pages_of_book("book-1", 0, 10).await.unwrap();
    assert_eq!(pages.len(), 2);
    assert_eq!(stage.db.pages_of_book("book-1", 1, 10).await.unwrap()[0].id, "page-0002");
}

pub async fn pages_uploaded_at_the_same_time_get_places_of_their_own(stage: Stage) {
    let stage = stage.with_book().await;
    let uploads: Vec<_> = (0..12_u32)
        .map(|n| {
            let stage = stage.clone();
            // Every page is sent twice at the same time, as an impatient browser does.
            tokio::spawn(async move {
                let mut page = new_page(n / 2);
                page.id = format!("page-{n}");
                let mut tx = stage.db.begin().await.unwrap();
                let added = tx.add_page(&page).await.unwrap();
                tx.commit().await.unwrap();
                matches!(added, AddedPage::New(_))
            })
        })
        .collect();
    let mut new = 0;
    for upload in uploads {
        new += u32::from(upload.await.unwrap());
    }
    assert_eq!(new, 6);
    let places: Vec<i64> =
        stage.db.pages_of_book("book-1", 0, 99).await.unwrap().iter().map(|p| p.ordinal).collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6]);
}

pub async fn a_page_is_rejected_and_insisted_on(stage: Stage) {
    let stage = stage.with_book().await;
    stage.page(1).await;
    let mut tx = stage.db.begin().await.unwrap();
    assert!(!tx.insist_on_page("page-0001", "x").await.unwrap());
    assert!(tx.reject_page("page-0001", "blurred", Some("{}")).await.unwrap());
    assert!(!tx.reject_page("page-0001", "blurred", None).await.unwrap());
    tx.commit().await.unwrap();
    let rejected = stage.db.page("page-0001").await.unwrap().unwrap();
    assert_eq!((rejected.state, rejected.reject_code.as_deref()), (PageState::Rejected, Some("blurred")));
    let listed = stage.db.pages_in_state(PageState::Rejected, After { id: None, limit: 5 }).await.unwrap();
    assert_eq!(listed, [rejected]);

    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.insist_on_page("page-0001", "bản duy nhất").await.unwrap());
    let found = Preparation { form_id: "birth_2016".into(), angle_deg: -0.25, quality: "{}".into() };
    assert!(tx.set_page_prepared("page-0001", &found).await.unwrap());
    tx.commit().await.unwrap();
    let page = stage.db.page("page-0001").await.unwrap().unwrap();
    assert_eq!((page.state, page.angle_deg), (PageState::Prepared, Some(-0.25)));
    assert_eq!((page.reject_code, page.insisted.as_deref()), (None, Some("bản duy nhất")));
}

pub async fn making_an_entry_twice_leaves_one(stage: Stage) {
    let stage = stage.with_book().await;
    let entry = stage.entry(1).await;
    let page_id = entry.page_id.unwrap();
    let mut again = NewEntry { id: "entry-other".into(), ..new_entry(1, &page_id) };
    again.fields[0].quad = [[9.0, 9.0]; 4];
    again.fields[0].blind = true;
    let ensure = async |new: &NewEntry| {
        let mut tx = stage.db.begin().await.unwrap();
        let entry = tx.ensure_entry(new).await.unwrap();
        tx.commit().await.unwrap();
        entry
    };
    assert_eq!(ensure(&again).await.id, "entry-0001");
    let fields = stage.db.fields("entry-0001").await.unwrap();
    assert_eq!(fields.iter().map(|f| f.key.as_str()).collect::<Vec<_>>(), ["ho_ten", "ngay"]);
    assert_eq!((fields[0].quad, fields[0].blind), ([[9.0, 9.0]; 4], false));

    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    again.fields[0].quad = [[5.0, 5.0]; 4];
    assert_eq!(ensure(&again).await.state, EntryState::Typed);
    let fields = stage.db.fields("entry-0001").await.unwrap();
    assert_eq!(fields[0].quad, [[9.0, 9.0]; 4], "nothing moves under a person's work");
    assert_eq!(stage.db.entries_of_page(&page_id).await.unwrap().len(), 1);

    let registration = Registration { year: Some(2016), number: Some("12".into()), date: None };
    let mut tx = stage.db.begin().await.unwrap();
    tx.set_registration("entry-0001", &registration).await.unwrap();
    tx.commit().await.unwrap();
    let office = (RegisterKind::Birth, "UBND xã Hoà Bình");
    let found = stage.db.entries_by_registration(office, 2016, "12", 5).await.unwrap();
    assert_eq!(found.iter().map(|e| &e.registration).collect::<Vec<_>>(), [&registration]);
}

fn proposal(text: &str, version: &str, at: i64) -> Proposal {
    Proposal {
        key: "ho_ten".into(),
        reader: ReaderId { model: "line-vi".into(), version: version.into(), settings: "greedy".into() },
        value: FieldValue::written(text).unwrap(),
        confidence: 0.75,
        alternatives: vec![Alternative { text: "Lê Thị Hoa".into(), confidence: 0.125 }],
        hint: Some(Hint::with(HintCode::SurnameDiffers, "cha_ho_ten")),
        created_at: at,
        shadow: false,
    }
}

pub async fn reading_twice_leaves_one_set_of_proposals(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    let add = async |p: Proposal| {
        let mut tx = stage.db.begin().await.unwrap();
        let added = tx.add_proposals("entry-0001", &[p]).await.unwrap();
        tx.commit().await.unwrap();
        added
    };
    let first = proposal("Lê Thị Hoà", "1", NOW);
    assert_eq!(add(first.clone()).await, 1);
    assert_eq!(add(proposal("something else", "1", NOW + 5)).await, 0);
    assert_eq!(stage.db.proposals("entry-0001").await.unwrap(), std::slice::from_ref(&first));

    stage.submit("entry-0001", "an", "Lê Thị Hoá").await;
    assert_eq!(add(proposal("Lê Thị Huệ", "2", NOW + 9)).await, 1);
    let newest = stage.db.shown_proposals("entry-0001").await.unwrap();
    assert_eq!(newest["ho_ten"].value.text, "Lê Thị Huệ");
    assert_eq!(stage.db.proposals("entry-0001").await.unwrap()[0], first);
    let fields = stage.db.fields("entry-0001").await.unwrap();
    let kept = fields[0].value.as_ref().unwrap();
    assert_eq!(kept.text, "Lê Thị Hoá", "a new model never overwrites a person's work");

    let mut tx = stage.db.begin().await.unwrap();
    let stray = Proposal { key: "no_such".into(), ..first };
    assert!(matches!(tx.add_proposals("entry-0001", &[stray]).await, Err(StoreError::Constraint(_))));
}

pub async fn a_transaction_that_is_dropped_leaves_nothing(stage: Stage) {
    let stage = stage.with_book().await;
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_page(&new_page(1)).await.unwrap();
    tx.add_book(&book(2)).await.unwrap();
    drop(tx);
    assert_eq!(stage.db.page("page-0001").await.unwrap(), None);
    assert_eq!(stage.db.book("book-2").await.unwrap(), None);
    assert_eq!(stage.page(1).await.ordinal, 1, "the writer is free again");
}

pub async fn a_book_takes_its_entries_along(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=2 {
        stage.entry(n).await;
        stage.submit(&format!("entry-{n:04}"), "an", "Lê Thị Hoà").await;
        stage.verify(&format!("entry-{n:04}"), "binh", Decision::Confirm).await;
    }
    for (step, state, entries) in [
        (BookStep::Accept, BookState::Accepted, EntryState::Accepted),
        (BookStep::Approve, BookState::Approved, EntryState::Approved),
        (BookStep::Deliver, BookState::Delivered, EntryState::Delivered),
    ] {
        let mut tx = stage.db.begin().await.unwrap();
        let book = tx.lock_book("book-1").await.unwrap().unwrap();
        let counts = tx.book_counts("book-1").await.unwrap();
        assert_eq!(book.state.after(step, counts, None), Ok(state));
        assert_eq!(tx.save_book_step("book-1", step, "chi", NOW + 3).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!(stage.db.book("book-1").await.unwrap().unwrap().state, state);
        let listed = stage.db.entries_with_fields("book-1", entries).await.unwrap();
        assert_eq!(
            listed.iter().map(|e| e.entry.id.as_str()).collect::<Vec<_>>(),
            ["entry-0001", "entry-0002"]
        );
        assert!(listed.iter().all(|e| e.fields.len() == 2 && e.fields.iter().all(|f| f.settled)));
    }
    let book = stage.db.book("book-1").await.unwrap().unwrap();
    assert_eq!((book.accepted_by.as_deref(), book.approved_at), (Some("chi"), Some(NOW + 3)));
}

pub async fn deliveries_are_kept(stage: Stage) {
    let stage = stage.with_book().await;
    let delivery = |n: u32| Delivery {
        id: format!("delivery-{n}"),
        book_id: "book-1".into(),
        kind: "158".into(),
        sha256: format!("{n:064x}"),
        file_name: "KS.2016.xlsx".into(),
        size_bytes: 9,
        entries: 12,
        created_by: "chi".into(),
        created_at: NOW,
    };
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_delivery(&delivery(1)).await.unwrap();
    tx.add_delivery(&delivery(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.db.delivery("delivery-1").await.unwrap(), Some(delivery(1)));
    assert_eq!(stage.db.deliveries_of_book("book-1").await.unwrap(), [delivery(2), delivery(1)]);
}

pub async fn entries_near_a_page_tell_what_they_say(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=3 {
        stage.entry(n).await;
    }
    let read = |text: &str, at: i64| Proposal { hint: None, ..proposal(text, &at.to_string(), at) };
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_proposals("entry-0002", &[read("Lê Thị Hoà", NOW), read("Lê Thị Huệ", NOW + 1)]).await.unwrap();
    tx.commit().await.unwrap();
    stage.submit("entry-0001", "an", "Lê Thị Hoá").await;
    let near = stage.db.nearby("book-1", (1, 2), ["ho_ten", "", "no_such"]).await.unwrap();
    let said: Vec<_> =
        near.iter().map(|n| (n.page_ordinal, n.value.as_ref().map(|v| v.text.as_str()))).collect();
    assert_eq!(said, [(1, Some("Lê Thị Hoá")), (2, None)]);
    assert_eq!(near[1].read, Some(("Lê Thị Huệ".to_owned(), 0.75)), "the newest reading, and only that");
    assert_eq!(near[0].read, None);
}

pub async fn what_the_gate_found_is_kept_and_imprints_are_those_beside(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=3 {
        stage.page(n).await;
    }
    let mut tx = stage.db.begin().await.unwrap();
    for (id, imprint) in [("page-0001", Some("8:ff")), ("page-0002", Some("8:0f")), ("page-0003", None)] {
        tx.keep_gate(id, "[]", imprint).await.unwrap();
    }
    let beside: Vec<_> = tx.imprints_beside("book-1", "page-0002").await.unwrap();
    assert_eq!(beside.iter().map(|k| (k.ordinal, k.imprint.as_str())).collect::<Vec<_>>(), [(1, "8:ff")]);
    tx.reject_page("page-0001", "too_dark", None).await.unwrap();
    assert_eq!(
        tx.imprints_beside("book-1", "page-0002").await.unwrap(),
        [],
        "a rejected page is no page yet"
    );
    tx.commit().await.unwrap();
    let page = stage.db.page("page-0001").await.unwrap().unwrap();
    assert_eq!(page.findings.as_deref(), Some("[]"));
    let refused = stage.db.refused_pages(After { id: None, limit: 5 }).await.unwrap();
    assert_eq!(refused, [page]);
}

pub async fn another_capture_takes_a_rejected_pages_place(stage: Stage) {
    let stage = stage.with_book().await;
    let (bad, next, good) = (stage.page(1).await, stage.page(2).await, stage.page(3).await);
    let mut tx = stage.db.begin().await.unwrap();
    assert!(!tx.replace_page(&bad, &good).await.unwrap(), "it is not rejected");
    tx.reject_page(&bad.id, "too_dark", None).await.unwrap();
    assert!(tx.replace_page(&bad, &good).await.unwrap());
    assert!(!tx.replace_page(&bad, &next).await.unwrap(), "it has been replaced");
    tx.commit().await.unwrap();
    let order = stage.db.pages_of_book("book-1", 0, 9).await.unwrap();
    let order: Vec<_> = order.iter().map(|p| (p.id.as_str(), p.ordinal)).collect();
    assert_eq!(order, [(good.id.as_str(), 1), (next.id.as_str(), 2), (bad.id.as_str(), 3)]);
    assert_eq!(stage.db.refused_pages(After { id: None, limit: 5 }).await.unwrap(), []);
    let summary = stage.db.book_summary("book-1").await.unwrap();
    assert_eq!((summary.pages.get(&PageState::Rejected), summary.pages[&PageState::Received]), (None, 2));
    let mut tx = stage.db.begin().await.unwrap();
    assert!(!tx.insist_on_page(&bad.id, "x").await.unwrap());
}
