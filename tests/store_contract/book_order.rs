use crate::stage::{NOW, Stage};
use sohoa::domain::{PageState, RegisterKind};
use sohoa::store::{BookSize, ControlTotals, NewByHand, StoreError};

pub async fn a_book_keeps_what_it_should_hold_and_what_its_closing_page_says(stage: Stage) {
    let stage = stage.with_book().await;
    let size = BookSize { year_closed: Some(2017), entries: Some(299), pages: None };
    let totals = ControlTotals { entries: Some(298), pages: Some(300) };
    let mut tx = stage.db.begin().await.unwrap();
    tx.set_book_size("book-1", size).await.unwrap();
    tx.set_control_totals("book-1", totals).await.unwrap();
    tx.commit().await.unwrap();
    let book = stage.db.book("book-1").await.unwrap().unwrap();
    assert_eq!((book.expected, book.closing), (size, totals));
    let wider = BookSize { entries: None, pages: Some(7), ..BookSize::default() };
    assert_eq!(wider.or(size), BookSize { pages: Some(7), ..size });
    let mut tx = stage.db.begin().await.unwrap();
    let refused = tx.set_book_size("book-1", BookSize { entries: Some(-1), ..size }).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))));
}

pub async fn pages_in_another_order_take_their_entries_along(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=3 {
        let page = stage.page(n).await;
        let mut tx = stage.db.begin().await.unwrap();
        let mut entry = crate::stage::new_entry(n, &page.id);
        entry.ordinal = page.ordinal * 100 + 1;
        tx.ensure_entry(&entry).await.unwrap();
        tx.set_page_read(&page.id).await.unwrap();
        tx.commit().await.unwrap();
    }
    let paper = |id: &'static str, ordinal: i64| NewByHand {
        id,
        book_id: "book-1",
        page_id: None,
        ordinals: (ordinal, ordinal),
        kind: RegisterKind::Birth,
        office: "UBND xã Hoà Bình",
        form_id: "birth_2016",
        reason: "trang đã mủn",
        created_at: NOW,
        fields: &[],
    };
    let mut tx = stage.db.begin().await.unwrap();
    for (id, ordinal) in [("paper-0", 50), ("paper-1", 150), ("paper-3", 350)] {
        tx.add_by_hand(&paper(id, ordinal)).await.unwrap().unwrap();
    }
    let ids = ["page-0003", "page-0001", "page-0002"].map(str::to_owned);
    tx.reorder_pages("book-1", &ids, 100).await.unwrap();
    let lie = tx.page_order("book-1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lie, ids.map(|id| (id, PageState::Read)));
    let listed = stage.db.entries_of_book("book-1", "so").await.unwrap();
    let lie: Vec<_> = listed.iter().map(|e| (e.entry.ordinal, e.entry.id.as_str())).collect();
    let wanted = [
        (50, "paper-0"),
        (101, "entry-0003"),
        (150, "paper-3"),
        (201, "entry-0001"),
        (250, "paper-1"),
        (301, "entry-0002"),
    ];
    assert_eq!(lie, wanted);
}
