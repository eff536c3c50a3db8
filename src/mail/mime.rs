//! A letter as the bytes that travel: headers and two encoded bodies, text and HTML.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};

use crate::error::{Error, Result};
use crate::model::{EmailAddress, Letter};

/// Says that no person wrote the letter, so that no machine answers it (RFC 3834 section 5).
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

/// The letter as a message. The same letter gives the same bytes however often it is sent.
pub fn as_mime(letter: &Letter) -> Result<Message> {
    let content = &letter.content;
    let sender = &content.sender;
    // Bodies are always encoded: nothing in them can end the message early or be changed on its way.
    let part = |kind, body: &str| {
        SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body.to_owned())
    };
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(sender.name.to_string()), address(&sender.address)?))
        .to(Mailbox::new(None, address(&letter.recipient)?))
        .subject(content.subject.clone())
        .date(date(letter))
        .message_id(Some(format!("<{}>", letter.message_id)))
        .header(AutoSubmitted);
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    builder
        .multipart(
            MultiPart::builder()
                .kind(MultiPartKind::Alternative)
                .boundary(boundary(letter))
                .singlepart(part(ContentType::TEXT_PLAIN, &content.text))
                .singlepart(part(ContentType::TEXT_HTML, &content.html)),
        )
        .map_err(|error| Error::Letter(format!("letter {} has no form that could travel: {error}", letter.id)))
}

fn address(address: &EmailAddress) -> Result<lettre::Address> {
    address.as_str().parse().map_err(|_| Error::Letter(format!("{address} is no address that mail can be sent to")))
}

/// What stands between the bodies. An encoded body has no `=_` in it.
fn boundary(letter: &Letter) -> String {
    format!("=_{}", letter.message_id.split('@').next().unwrap_or_default())
}

fn date(letter: &Letter) -> SystemTime {
    let seconds = letter.created_at.timestamp().as_second();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}
