//! An email as the bytes that travel: headers and two encoded bodies, text and HTML.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};

use crate::error::{Error, Result};
use crate::model::{EmailAddress, OutboxEmail};

/// Says that no person wrote the email, so that no machine answers it (RFC 3834 section 5).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The email as a message. The same email gives the same bytes however often it is sent.
pub fn as_mime(email: &OutboxEmail) -> Result<Message> {
    let content = &email.content;
    let sender = &content.sender;
    // Bodies are always encoded: nothing in them can end the message early or be changed on its way.
    let part = |kind, body: &str| {
        SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body.to_owned())
    };
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(sender.name.to_string()), address(&sender.address)?))
        .to(Mailbox::new(None, address(&email.recipient)?))
        .subject(content.subject.clone())
        .date(date(email))
        .message_id(Some(format!("<{}>", email.message_id)))
        .header(AutoSubmitted);
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    builder
        .multipart(
            MultiPart::builder()
                .kind(MultiPartKind::Alternative)
                .boundary(boundary(email))
                .singlepart(part(ContentType::TEXT_PLAIN, &content.text))
                .singlepart(part(ContentType::TEXT_HTML, &content.html)),
        )
        .map_err(|error| Error::Email(format!("email {} has no form that could travel: {error}", email.id)))
}

fn address(address: &EmailAddress) -> Result<lettre::Address> {
    address.as_str().parse().map_err(|_| Error::Email(format!("{address} is no address that mail can be sent to")))
}

/// What stands between the bodies. An encoded body has no `=_` in it.
fn boundary(email: &OutboxEmail) -> String {
    format!("=_{}", email.message_id.split('@').next().unwrap_or_default())
}

fn date(email: &OutboxEmail) -> SystemTime {
    let seconds = email.created_at.timestamp().as_second();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}
