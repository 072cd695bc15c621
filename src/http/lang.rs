//! The language a person is answered in: Vietnamese, English on request.

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use std::convert::Infallible;

/// Language of everything a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// From the cookie `lang`, else from the first language of `Accept-Language`, else Vietnamese.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let accepted = || headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok();
        match cookie(headers, "lang").or_else(accepted) {
            Some(wish) if wish.trim_start().to_ascii_lowercase().starts_with("en") => Self::En,
            _ => Self::Vi,
        }
    }

    /// From the cookie `lang` alone, else Vietnamese: for screens, since office PCs often run an English
    /// system.
    #[must_use]
    pub fn of_cookie(headers: &HeaderMap) -> Self {
        if cookie(headers, "lang") == Some("en") { Self::En } else { Self::Vi }
    }

    /// The tag for `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.pick("vi", "en")
    }

    /// One of two texts.
    #[must_use]
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The value of the cookie `name`.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|h| h.to_str().ok());
    pairs.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.clone(), v.parse().unwrap())).collect()
    }

    #[test]
    fn vietnamese_unless_asked_and_the_cookie_asks_loudest() {
        assert_eq!(Lang::of(&headers(&[])), Lang::Vi);
        assert_eq!(Lang::of(&headers(&[(header::ACCEPT_LANGUAGE, "en-GB,vi;q=0.5")])), Lang::En);
        assert_eq!(Lang::of(&headers(&[(header::ACCEPT_LANGUAGE, "fr")])), Lang::Vi);
        let both = headers(&[(header::ACCEPT_LANGUAGE, "en"), (header::COOKIE, "a=b; lang=vi")]);
        assert_eq!(Lang::of(&both), Lang::Vi);
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let jar = headers(&[(header::COOKIE, "xlang=1; lang=en"), (header::COOKIE, "sohoa_session=abc")]);
        assert_eq!(cookie(&jar, "lang"), Some("en"));
        assert_eq!(cookie(&jar, "sohoa_session"), Some("abc"));
        assert_eq!(cookie(&jar, "session"), None);
    }
}
