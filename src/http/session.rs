//! Who asks: the session cookie and the extractors that stand on it.

use super::{Error, lang::cookie};
use crate::app::{self, App, Me};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::{HeaderMap, Method, request::Parts};
use std::net::SocketAddr;
use std::sync::Arc;

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "sohoa_session";

/// The signed-in account. Refuses with 401 when there is none, and with 403 a write that does not carry
/// the header `X-Sohoa`, which other sites' forms cannot send.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Me);

/// The signed-in account, or nobody.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Me>);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        own_site(&parts.method, &parts.headers)?;
        let Visitor(me) = Visitor::from_request_parts(parts, app).await?;
        me.map(Self).ok_or(Error::App(app::Error::NotSignedIn))
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Some(token) = cookie(&parts.headers, SESSION_COOKIE) else { return Ok(Self(None)) };
        let Address(address) = Address::of(parts);
        Ok(Self(app.who_is(token, &address).await?))
    }
}

/// A write must carry `X-Sohoa: 1`.
pub(super) fn own_site(method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    if method.is_safe() || headers.contains_key("x-sohoa") { Ok(()) } else { Err(Error::ForeignForm) }
}

/// The network address that asks, for the audit log and the log-in limit.
#[derive(Debug, Clone)]
pub struct Address(pub String);

impl Address {
    fn of(parts: &Parts) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self(peer.map_or_else(|| "unknown".to_owned(), |ConnectInfo(a)| a.ip().to_string()))
    }
}

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}
