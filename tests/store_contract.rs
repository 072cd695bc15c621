//! What the store promises, tried on SQLite and on PostgreSQL alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/stage.rs"]
mod stage;

#[path = "store_contract/audit.rs"]
mod audit;
#[path = "store_contract/book_entries.rs"]
mod book_entries;
#[path = "store_contract/book_order.rs"]
mod book_order;
#[path = "store_contract/books.rs"]
mod books;
#[path = "store_contract/bundles.rs"]
mod bundles;
#[path = "store_contract/jobs.rs"]
mod jobs;
#[path = "store_contract/lots.rs"]
mod lots;
#[path = "store_contract/models.rs"]
mod models;
#[path = "store_contract/people.rs"]
mod people;
#[path = "store_contract/review.rs"]
mod review;
#[path = "store_contract/tasks.rs"]
mod tasks;

use stage::Stage;

/// Runs each promise on a SQLite database of its own, and all of them on one temporary PostgreSQL.
macro_rules! promises {
    ($($theme:ident: $($name:ident)+;)+) => {
        mod sqlite {
            $(mod $theme { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let folder = tempfile::tempdir().unwrap();
                    let path = folder.path().join("sohoa.sqlite");
                    let stage = crate::Stage::open(path.to_str().unwrap()).await;
                    crate::$theme::$name(stage.clone()).await;
                    stage.close().await;
                }
            )+ })+
        }

        #[test]
        fn every_promise_holds_on_postgresql_too() {
            let server = postgres::TemporaryPostgres::start();
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let mut broken = Vec::new();
            $($(
                let address = server.fresh(stringify!($name));
                let kept = runtime.block_on(async {
                    let stage = Stage::open(&address).await;
                    let kept = tokio::spawn($theme::$name(stage.clone())).await;
                    stage.close().await;
                    kept
                });
                if kept.is_err() {
                    broken.push(stringify!($name));
                }
            )+)+
            assert!(broken.is_empty(), "broken on PostgreSQL: {broken:?}");
        }
    };
}

promises! {
    people:
        people_have_accounts_and_an_account_one_username
        sessions_run_out_and_can_be_ended
        a_project_keeps_its_policy;
    books:
        a_book_is_entered_once
        books_are_listed_newest_first_with_their_counts
        the_same_bytes_are_one_page
        pages_uploaded_at_the_same_time_get_places_of_their_own
        a_page_is_rejected_and_insisted_on
        what_the_gate_found_is_kept_and_imprints_are_those_beside
        another_capture_takes_a_rejected_pages_place
        making_an_entry_twice_leaves_one
        entries_near_a_page_tell_what_they_say
        reading_twice_leaves_one_set_of_proposals
        a_transaction_that_is_dropped_leaves_nothing
        a_book_takes_its_entries_along
        deliveries_are_kept;
    bundles:
        the_same_file_is_one_bundle
        a_refused_bundle_counts_until_it_is_given_up_and_can_go_into_another_book
        a_bundle_is_stuck_when_its_job_is_dead;
    book_entries:
        an_entry_without_a_page_is_typed_by_who_asks_for_it
        entries_made_by_hand_stand_behind_those_of_their_page
        what_is_no_entry_takes_two_people_and_comes_back_to_where_it_stood
        a_place_without_ink_waits_for_a_person
        notes_are_entered_by_one_and_checked_by_another
        an_entry_goes_on_on_other_pages
        the_database_itself_refuses_what_one_person_says_alone;
    book_order:
        a_book_keeps_what_it_should_hold_and_what_its_closing_page_says
        pages_in_another_order_take_their_entries_along;
    review:
        two_people_verify_an_entry
        a_dispute_goes_to_a_third_person
        a_blind_keying_of_another_person_settles_at_once
        the_database_itself_keeps_four_eyes_open
        the_database_itself_keeps_values_whole
        a_step_saved_twice_changes_nothing
        no_sequence_of_steps_gets_past_two_people;
    tasks:
        entries_are_handed_out_in_order_and_once
        what_a_person_holds_comes_again
        another_entry_is_lent_beside_those_in_hand_up_to_a_number
        what_was_skipped_is_passed_over
        it_is_told_how_an_entry_came_to_its_holder
        an_entry_given_back_meanwhile_is_not_handed_out_as_held
        who_saw_the_readings_as_typist_does_not_verify_for_a_day
        nobody_is_handed_own_work
        a_lease_that_ran_out_goes_to_the_next_who_asks
        a_lease_lost_to_another_is_refused
        drafts_outlive_leases_and_end_with_the_step
        clerks_who_ask_at_the_same_time_never_share_an_entry
        work_that_waits_is_counted_up_to_a_cap;
    jobs:
        the_same_work_is_queued_once
        kinds_are_taken_in_the_order_asked_for
        a_failure_waits_longer_each_time_and_ends_in_the_dead_letters
        a_dead_letter_can_be_taken_out
        a_lost_lease_is_no_failure_and_fences_its_holder_off
        fifty_kills_put_nothing_into_the_dead_letters
        a_job_that_always_kills_its_process_ends_as_a_dead_letter
        a_restarted_process_takes_its_jobs_back_at_once
        a_heartbeat_keeps_a_job
        completing_without_the_lease_undoes_what_was_written
        claimants_who_race_never_share_a_job;
    lots:
        a_lot_holds_its_books_and_keeps_its_sample
        entries_of_a_sample_are_held_by_one_and_never_by_who_worked_on_them
        a_lot_sent_back_takes_every_verification_with_it
        an_accepted_lot_sends_what_was_found_wrong_to_a_third_person;
    models:
        a_model_is_added_once_and_taken_in_and_out_of_the_shadow
        activations_stand_until_they_are_taken_back
        what_was_read_in_the_shadow_is_never_shown
        what_two_models_read_is_given_once_in_pages_with_what_was_decided
        a_job_put_off_has_not_failed_and_waiting_ones_are_counted_up_to_a_cap;
    audit:
        an_event_is_stored_with_the_change_or_not_at_all
        appending_at_the_same_time_never_forks_a_chain
        heads_are_signed_once_per_growth
        values_can_be_deleted_and_the_chain_stays_sound
        tampering_is_found_each_way
        a_chain_that_vanished_is_found_by_its_head;
}

/// Only for SQLite, whose safety is a matter of settings.
#[tokio::test]
async fn sqlite_is_opened_so_that_what_was_acknowledged_survives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.sqlite");
    let stage = Stage::open(path.to_str().unwrap()).await.with_book().await;
    let sohoa::store::Db::Sqlite(arm) = &stage.db else { panic!("not SQLite") };
    let settings = arm.settings().await.unwrap();
    assert_eq!(settings.journal_mode, "wal");
    assert_eq!(settings.synchronous, 2, "2 is FULL");
    assert!(settings.foreign_keys);
    stage.close().await;
    let again = Stage::open(path.to_str().unwrap()).await;
    assert!(again.db.book("book-1").await.unwrap().is_some());
    again.close().await;
}

#[tokio::test]
async fn two_processes_that_open_the_same_new_file_both_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.sqlite");
    let (a, b) = tokio::join!(
        sohoa::store::Db::open(path.to_str().unwrap()),
        sohoa::store::Db::open(path.to_str().unwrap())
    );
    a.unwrap().ping().await.unwrap();
    b.unwrap().ping().await.unwrap();
}

#[tokio::test]
async fn an_address_that_cannot_be_opened_is_told_without_its_password() {
    let error = sohoa::store::Db::open("postgres://u:secret@127.0.0.1:1/x").await.unwrap_err();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("PostgreSQL"), "{text}");
}
