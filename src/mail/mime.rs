//! Builds the MIME message of an email: headers, two encoded bodies, plain text and HTML, and the attachments.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, MultiPartKind, SinglePart};

use crate::error::{Error, Result, quoted};
use crate::model::{AttachedFile, EmailAddress, OutboxEmail, OutgoingEmail};

/// Marks the email as automatic, so that autoresponders do not reply (RFC 3834 section 5).
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

/// The MIME message of an email. The same email always gives the same bytes, so that a second attempt is recognized as a copy.
pub fn as_mime(outgoing: &OutgoingEmail) -> Result<Message> {
    let OutgoingEmail { email, attachments } = outgoing;
    let content = &email.content;
    let sender = &content.sender;
    // Always encode the bodies, so that no line can end the message early or be changed by a relay.
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
    let failed = |error: String| Error::Email(format!("cannot build the message of email {}: {error}", email.id));
    let bodies = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(boundary("", email))
        .singlepart(part(ContentType::TEXT_PLAIN, &content.text))
        .singlepart(part(ContentType::TEXT_HTML, &content.html));
    let whole = if attachments.is_empty() {
        bodies
    } else {
        let mixed = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(boundary("mixed-", email));
        let attached = attachments.iter().map(attachment).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        attached.into_iter().fold(mixed.multipart(bodies), MultiPart::singlepart)
    };
    builder.multipart(whole).map_err(|error| failed(error.to_string()))
}

/// An attachment in base64, which keeps each byte whatever it is. lettre encodes a file name that is not ASCII by RFC 2231.
fn attachment(file: &AttachedFile) -> std::result::Result<SinglePart, String> {
    let media_type = ContentType::parse(&file.media_type).map_err(|error| error.to_string())?;
    let body = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64)
        .map_err(|_| "an attachment cannot be encoded".to_owned())?;
    Ok(Attachment::new(file.file_name.clone()).body(body, media_type))
}

/// An address for headers and the envelope. It is checked again, because an earlier version may have stored one that cannot be
/// sent to.
fn address(address: &EmailAddress) -> Result<lettre::Address> {
    let refused = |rule: String| Error::Email(format!("email cannot be sent to {}: it {rule}", quoted(address)));
    address.check().map_err(|rule| refused(rule.to_string()))?;
    address.as_str().parse().map_err(|_| refused("is not an email address".to_owned()))
}

/// The boundary between parts. `=_` never occurs in a quoted-printable body, nor `_` in base64. A boundary must not begin with
/// another one of its message, so each level has a prefix of its own.
fn boundary(level: &str, email: &OutboxEmail) -> String {
    format!("=_{level}{}", email.message_id.split('@').next().unwrap_or_default())
}

fn date(email: &OutboxEmail) -> SystemTime {
    let seconds = email.created_at.timestamp().as_second();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}
