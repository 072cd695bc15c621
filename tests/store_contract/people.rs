use crate::stage::{NOW, Stage, account};
use sohoa::domain::AccountRole;
use sohoa::domain::review::ProjectPolicy;
use sohoa::store::{After, Project, Session, StoreError};

pub async fn people_have_accounts_and_an_account_one_username(stage: Stage) {
    let stage = stage.with_book().await;
    let found = stage.db.account_by_username("an").await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.full_name.as_str()), ("account-an", "Nguyễn an"));
    let second = stage.db.account_by_username("an-2").await.unwrap().unwrap();
    assert_eq!(second.person_id, found.person_id);
    assert_eq!(stage.db.account_by_username("An").await.unwrap(), None);

    let mut tx = stage.db.begin().await.unwrap();
    let mut taken = account("account-x", "binh");
    taken.username = "an".into();
    assert!(matches!(tx.add_account(&taken).await, Err(StoreError::Duplicate(_))));
    drop(tx);
    let mut tx = stage.db.begin().await.unwrap();
    assert!(matches!(tx.add_account(&account("account-y", "nobody")).await, Err(StoreError::Constraint(_))));
    drop(tx);

    let mut tx = stage.db.begin().await.unwrap();
    let changed = sohoa::store::Account { roles: vec![AccountRole::Admin], active: false, ..found };
    assert!(tx.set_account(&changed).await.unwrap());
    tx.commit().await.unwrap();
    let found = stage.db.account("account-an").await.unwrap().unwrap();
    assert_eq!((found.roles, found.active), (vec![AccountRole::Admin], false));
    let first = stage.db.accounts(After { id: None, limit: 2 }).await.unwrap();
    let rest = stage.db.accounts(After { id: Some(&first[1].id), limit: 9 }).await.unwrap();
    assert_eq!((first.len(), rest.len()), (2, 3));
}

pub async fn sessions_run_out_and_can_be_ended(stage: Stage) {
    let stage = stage.with_book().await;
    let mut tx = stage.db.begin().await.unwrap();
    for (token, account_id, expires_at) in
        [("t1", "account-an", NOW + 10), ("t2", "account-an", NOW + 99), ("t3", "account-binh", NOW + 99)]
    {
        let (token_hash, account_id) = (token.into(), account_id.into());
        tx.add_session(&Session { token_hash, account_id, expires_at, created_at: NOW }).await.unwrap();
    }
    tx.commit().await.unwrap();
    let who = async |token: &str, now: i64| {
        stage.db.session_account(token, now).await.unwrap().map(|account| account.id)
    };
    assert_eq!(who("t1", NOW).await.as_deref(), Some("account-an"));
    assert_eq!(who("t1", NOW + 10).await, None);
    assert_eq!(stage.db.end_expired_sessions(NOW + 50).await.unwrap(), 1);

    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.end_session("t2").await.unwrap());
    assert!(!tx.end_session("t2").await.unwrap());
    let binh = stage.db.account("account-binh").await.unwrap().unwrap();
    tx.set_account(&sohoa::store::Account { active: false, ..binh }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(who("t2", NOW).await, None);
    assert_eq!(who("t3", NOW).await, None, "an account that was switched off is out at once");
}

pub async fn a_project_keeps_its_policy(stage: Stage) {
    let policy = ProjectPolicy { sure_from: 0.995, ..ProjectPolicy::default() };
    let project = Project { id: "p".into(), name: "Tỉnh A".into(), policy };
    let mut tx = stage.db.begin().await.unwrap();
    tx.put_project(&project).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.db.project("p").await.unwrap(), Some(project.clone()));
    assert_eq!(stage.db.projects().await.unwrap(), [project]);
    assert_eq!(stage.db.project("q").await.unwrap(), None);
}
