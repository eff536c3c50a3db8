//! Web addresses: a customer's website, and the webhooks that the gateway calls.

use std::str::FromStr;

use compact_str::CompactString;

use url::Url;

use crate::model::text::{Invalid, is_hidden, string_value};

const MAX_LENGTH: usize = 2_000;

/// A customer's website. `https://` is added if there is no scheme.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Website(CompactString);
string_value!(Website);

impl FromStr for Website {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if is_plain(text) {
            return Ok(Self(text.into()));
        }
        let rule = "must be a web address such as https://www.example.com";
        if text.contains("://") {
            return parse(text, rule).map(|url| Self(url.into()));
        }
        let url = parse(&format!("https://{text}"), rule)?;
        if url.trim_start_matches("https://").contains('.') { Ok(Self(url.into())) } else { Err(Invalid::rule(rule)) }
    }
}

/// Whether a text is the URL of a plain host name in normalized form. Most websites are, and need no full parse.
fn is_plain(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(host) = host.and_then(|rest| rest.strip_suffix('/')) else { return false };
    let is_label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && label[0].is_ascii_lowercase()
    };
    let is_point = |byte: &u8| *byte == b'.';
    host.len() <= 253 && host.bytes().any(|byte| byte == b'.') && host.as_bytes().split(is_point).all(is_label)
}

/// An http or https URL that the gateway calls. A user name or password is rejected, because it would end up in logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Webhook(String);
string_value!(Webhook);

impl FromStr for Webhook {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse(text.trim(), "must be an http or https URL such as https://example.com/dlr").map(Self)
    }
}

fn parse(text: &str, rule: &'static str) -> Result<String, Invalid> {
    if text.len() > MAX_LENGTH {
        return Err(Invalid::rule("must have at most 2000 characters"));
    }
    if text.chars().any(|c| c.is_whitespace() || is_hidden(c)) {
        return Err(Invalid::rule(rule));
    }
    let url = Url::parse(text).map_err(|_| Invalid::rule(rule))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Invalid::rule(rule));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Invalid::rule("must not contain a user name or password"));
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_url_equals_its_normalized_form(text in "https?://[a-z0-9.]{1,8}\\.[a-z0-9]{1,4}/") {
            prop_assert!(!is_plain(&text) || parse(&text, "").as_ref() == Ok(&text), "{}", text);
        }
    }

    #[test]
    fn a_website_needs_no_scheme() {
        assert_eq!("www.example.com".parse::<Website>().expect("valid").as_str(), "https://www.example.com/");
        assert_eq!("http://example.com/a".parse::<Website>().expect("valid").as_str(), "http://example.com/a");
        for text in ["", "example", "ftp://example.com", "javascript:alert(1)", "https://", "a b.example"] {
            assert!(text.parse::<Website>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_webhook_has_a_scheme_and_no_password() {
        assert!("https://example.com/dlr?id=%s".parse::<Webhook>().is_ok());
        for text in ["example.com/dlr", "file:///etc/passwd", "https://u:p@example.com/", "https://u@example.com/"] {
            assert!(text.parse::<Webhook>().is_err(), "{text}");
        }
    }
}
