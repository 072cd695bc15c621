//! What stands around every page: who is here, where they may go, in which language.

use super::assets;
use super::json_for_script;
use super::texts::Texts;
use crate::app::{App, Me};
use crate::domain::AccountRole;
use crate::http::lang::cookie;
use crate::http::{Error, Lang, Visitor};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use std::convert::Infallible;
use std::sync::Arc;

/// The language of the pages: Vietnamese unless a person chose English here. Browsers are not asked, since
/// many offices run an English Windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChosenLang(pub(super) Lang);

impl ChosenLang {
    fn of(headers: &HeaderMap) -> Self {
        Self(if cookie(headers, "lang") == Some("en") { Lang::En } else { Lang::Vi })
    }
}

impl<S: Sync> FromRequestParts<S> for ChosenLang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The person whose page this is; who has not logged in is sent to do so and comes back.
#[derive(Debug)]
pub(super) struct Person(pub(super) Me);

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let Visitor(me) = Visitor::from_request_parts(parts, app).await.map_err(Error::into_response)?;
        let log_in = || Redirect::to(&format!("/login?next={}", parts.uri.path())).into_response();
        me.map(Self).ok_or_else(log_in)
    }
}

/// One way in the bar at the top.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) href: &'static str,
    pub(super) text: &'static str,
    pub(super) here: bool,
}

/// The frame of a page, read by `layout.html`.
#[derive(Debug)]
pub(super) struct Shell {
    pub(super) lang: &'static str,
    pub(super) assets: &'static str,
    pub(super) person: String,
    pub(super) links: Vec<Link>,
    pub(super) texts_json: &'static str,
    pub(super) me_json: String,
    texts: &'static Texts,
}

impl Shell {
    /// The frame for `me`, or for somebody who has not logged in, standing at `here`.
    pub(super) fn new(ChosenLang(lang): ChosenLang, me: Option<&Me>, here: &str) -> Result<Self, Error> {
        let texts = Texts::of(lang);
        Ok(Self {
            lang: lang.tag(),
            assets: &assets::BASE,
            person: me.map(|m| m.full_name.clone()).unwrap_or_default(),
            links: me.map(|m| links(m, texts, here)).unwrap_or_default(),
            texts_json: &texts.json,
            me_json: json_for_script(&me)?,
            texts,
        })
    }

    /// A text in the language of the page.
    pub(super) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key)
    }

    /// Texts under a prefix: what follows it, and the text.
    pub(super) fn under(&self, prefix: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.texts.under(prefix)
    }
}

const WAYS: [(&str, &str, Option<AccountRole>); 6] = [
    ("/books", "nav.books", None),
    ("/type", "nav.typist", Some(AccountRole::Typist)),
    ("/verify", "nav.verifier", Some(AccountRole::Verifier)),
    ("/dispute", "nav.adjudicator", Some(AccountRole::Supervisor)),
    ("/lots", "nav.lots", Some(AccountRole::Supervisor)),
    ("/refused", "nav.refused", Some(AccountRole::ScanningCentre)),
];

fn links(me: &Me, texts: &'static Texts, here: &str) -> Vec<Link> {
    let may = |role: &Option<AccountRole>| role.is_none_or(|role| me.roles.contains(&role));
    let ways = WAYS.iter().filter(|(_, _, role)| may(role));
    ways.map(|(href, key, _)| Link { href, text: texts.get(key), here: *href == here }).collect()
}

/// Where a person's day begins.
pub(super) fn first_way(me: &Me) -> &'static str {
    let of_role = WAYS[1..3].iter().find(|(_, _, role)| role.is_some_and(|role| me.roles.contains(&role)));
    of_role.map_or(WAYS[0].0, |(href, _, _)| href)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(roles: &[AccountRole]) -> Me {
        Me {
            account_id: "a".into(),
            person_id: "p".into(),
            username: "lan".into(),
            full_name: "Phạm Thị <Lan>".into(),
            roles: roles.to_vec(),
            address: "::1".into(),
        }
    }

    #[test]
    fn people_see_the_ways_of_their_roles() {
        let clerk = me(&[AccountRole::Typist, AccountRole::Verifier]);
        let shell = Shell::new(ChosenLang(Lang::Vi), Some(&clerk), "/verify").unwrap();
        let ways: Vec<_> = shell.links.iter().map(|l| (l.href, l.here)).collect();
        assert_eq!(ways, [("/books", false), ("/type", false), ("/verify", true)]);
        assert!(!shell.me_json.contains('<'));
    }

    #[test]
    fn the_day_begins_at_the_desk_if_there_is_one() {
        assert_eq!(first_way(&me(&[AccountRole::Supervisor, AccountRole::Verifier])), "/verify");
        assert_eq!(first_way(&me(&[AccountRole::ScanningCentre])), "/books");
    }

    #[test]
    fn english_only_when_chosen() {
        let mut headers = HeaderMap::new();
        headers.insert("accept-language", "en-US".parse().unwrap());
        assert_eq!(ChosenLang::of(&headers).0, Lang::Vi);
        headers.insert("cookie", "lang=en".parse().unwrap());
        assert_eq!(ChosenLang::of(&headers).0, Lang::En);
    }
}
