//! What travels is one sound message, whatever names, signatures and templates hold.

use crate::support::mail::MailFixture;
use crate::support::mail_server::Server;

/// A message taken apart: its headers unfolded, its two bodies decoded, and its attachments as name, type and bytes.
pub struct Message {
    headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
    pub attachments: Vec<(String, String, Vec<u8>)>,
}

impl Message {
    #[track_caller]
    pub fn read(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").expect("headers and a body");
        let headers = headers(head);
        let kind = header(&headers, "Content-Type");
        let (bodies, attachments) = if kind.starts_with("multipart/mixed") {
            let mut parts = parts(kind, body);
            let attachments = parts.split_off(1).into_iter().map(attachment).collect();
            let (head, bodies) = parts[0].split_once("\r\n\r\n").expect("a head and a body");
            (self::parts(header(&self::headers(head), "Content-Type"), bodies), attachments)
        } else {
            (parts(kind, body), Vec::new())
        };
        assert_eq!(bodies.len(), 2, "two bodies: {raw}");
        let [text, html] = [(0, "text/plain"), (1, "text/html")].map(|(part, kind)| {
            let (head, body) = bodies[part].split_once("\r\n\r\n").expect("a head and a body");
            assert!(head.contains(&format!("Content-Type: {kind}; charset=utf-8")), "{head}");
            assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
            decode(body.strip_suffix("\r\n").unwrap_or(body), true)
        });
        Self { headers, text, html, attachments }
    }

    /// The only value of a header.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        header(&self.headers, name)
    }
}

/// The only value of a header.
#[track_caller]
fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    let values: Vec<_> = headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).collect();
    assert_eq!(values.len(), 1, "{name}: {headers:?}");
    &values[0].1
}

/// The parts of a body whose type names their boundary.
#[track_caller]
fn parts<'a>(kind: &str, body: &'a str) -> Vec<&'a str> {
    let boundary = kind.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a boundary");
    let mut parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.pop().map(str::trim_end), Some("--"), "an end: {body}");
    assert_eq!(parts.remove(0).trim(), "", "nothing before the first part");
    parts.into_iter().map(|part| part.strip_prefix("\r\n").expect("a line of its own")).collect()
}

/// The name, the type and the bytes of an attachment.
#[track_caller]
fn attachment(part: &str) -> (String, String, Vec<u8>) {
    let (head, body) = part.split_once("\r\n\r\n").expect("a head and a body");
    let headers = headers(head);
    assert_eq!(header(&headers, "Content-Transfer-Encoding"), "base64");
    assert!(body.split("\r\n").all(|line| line.len() <= 76), "short lines");
    let disposition = header(&headers, "Content-Disposition");
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    let name = match disposition.split_once("filename=\"") {
        Some((_, name)) => name.trim_end_matches('"').to_owned(),
        None => extended(disposition),
    };
    (name, header(&headers, "Content-Type").to_owned(), from_base64(body))
}

/// A file name in the form of RFC 2231, in one piece or in several.
#[track_caller]
fn extended(disposition: &str) -> String {
    let pieces = disposition.split(';').skip(1).map(|piece| piece.split_once('=').expect("a value").1);
    let text: String = pieces.collect();
    let text = text.strip_prefix("utf-8''").expect("UTF-8");
    decode(&text.replace('%', "="), false)
}

/// The headers with their lines unfolded. Nothing but names, values and continuations stands between them.
#[track_caller]
fn headers(head: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        assert!(line.len() <= 998 && line.is_ascii() && !line.contains(|c: char| c.is_control()), "{line:?}");
        if let Some(more) = line.strip_prefix(' ') {
            headers.last_mut().expect("a header to go on").1.push_str(&format!(" {more}"));
        } else {
            let (name, value) = line.split_once(": ").expect(line);
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    headers
}

/// Quoted-printable text; in a body, an equals sign at the end of a line joins it with the next.
fn decode(text: &str, body: bool) -> String {
    assert!(!body || text.split("\r\n").all(|line| line.len() <= 76), "a body's lines are short");
    let joined = text.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        if *first == b'=' {
            let (digits, more) = more.split_at(2);
            bytes.push(u8::from_str_radix(str::from_utf8(digits).expect("ASCII"), 16).expect("two digits"));
            rest = more;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// A header's value with its encoded words in clear.
fn clear(value: &str) -> String {
    let mut clear = String::new();
    for (at, word) in value.split("=?utf-8?b?").enumerate() {
        if at == 0 {
            clear.push_str(word);
            continue;
        }
        let (encoded, after) = word.split_once("?=").expect("an end");
        clear.push_str(&String::from_utf8(from_base64(encoded)).expect("UTF-8"));
        clear.push_str(if after.trim().is_empty() { "" } else { after });
    }
    clear
}

fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<usize> = text.chars().filter_map(|digit| DIGITS.find(digit)).collect();
    let byte = |bits: usize, at: usize| u8::try_from(bits >> (16 - 8 * at) & 255).expect("a byte");
    let decoded = digits.chunks(4).flat_map(|chunk| {
        let bits = (0..4).fold(0, |bits, at| bits << 6 | chunk.get(at).unwrap_or(&0));
        (0..chunk.len() - 1).map(move |at| byte(bits, at))
    });
    decoded.collect()
}

/// The email to the customer ABC when its balance has sunk.
fn email(fixture: &MailFixture, server: &Server) -> Message {
    fixture.sink("ABC", "400");
    fixture.quiet_check();
    let taken = server.taken();
    Message::read(&taken.iter().find(|taken| taken.to == "pay@abc.example").expect("an email").text)
}

#[test]
fn an_email_says_from_whom_it_is_and_that_no_person_wrote_it() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    let email = email(&fixture, &server);
    assert_eq!(email.header("From"), "\"Example Billing\" <billing@gateway.example>");
    assert_eq!(email.header("Reply-To"), "accounts@gateway.example");
    assert_eq!(email.header("To"), "pay@abc.example");
    assert_eq!(email.header("Auto-Submitted"), "auto-generated");
    assert_eq!(email.header("MIME-Version"), "1.0");
    assert!(email.header("Date").ends_with(" +0000"));
    let id = email.header("Message-ID");
    assert!(id.starts_with('<') && id.ends_with("@gateway.example>"), "{id}");
    assert_eq!(fixture.cli.json("mail show 1")["message_id"], id.trim_matches(['<', '>']));
    assert!(email.text.contains("400 SMS credits") && email.html.contains("400 SMS credits"));
}

#[test]
fn names_of_any_script_and_with_quotes_arrive_as_they_are() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    let billing = "Zoë \"Z\" Núñez, Кассир; <x@y>";
    fixture.write_config(&fixture.config().replace("Example Billing", billing));
    fixture.customer("ABC");
    let organisation = "Müller & Söhne \"Ltd\", 東京 <b>";
    fixture.ok(&format!("customer edit ABC --organisation '{organisation}'"));
    fixture.template(
        "low-upper.txt",
        "Subject: {{ customer.organisation }} ist fast leer\n\nDear {{ customer.organisation }}",
    );
    let email = email(&fixture, &server);
    assert_eq!(clear(email.header("Subject")), format!("{organisation} ist fast leer"));
    let from = clear(email.header("From"));
    let (name, address) = from.rsplit_once(' ').expect("a name and an address");
    assert_eq!(name.trim_matches('"').replace('\\', ""), billing);
    assert_eq!(address, "<billing@gateway.example>");
    assert_eq!(email.text, format!("Dear {organisation}\n"));
    assert!(!email.html.contains("東京 <b>") && email.html.contains("東京 &lt;b&gt;"), "{}", email.html);
}

#[test]
fn nothing_in_a_text_ends_the_email_or_begins_another_command() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    let long = "x".repeat(5000);
    let lines = [".", "..", ".x", "a", ".", "QUIT", "", "MAIL FROM:<evil@example.com>", "--", "From evil", "=2E", " "];
    let text = format!("{}\n\r\n.\r\nQUIT\r\n\n.\r\n\r.\r\nend\n{long}\nlast", lines.join("\n"));
    fixture.template("low-upper.html", &text);
    fixture.template("low-upper.txt", "Subject: dots\n\nfirst\n.\n..\n.\nQUIT\nlast");
    let email = email(&fixture, &server);
    assert_eq!(email.text, "first\n.\n..\n.\nQUIT\nlast\n");
    let bare = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    assert_eq!(bare(&email.html).trim_end(), bare(&text));
    assert_eq!(server.heard().iter().filter(|line| line.starts_with("QUIT")).count(), 1);
}

#[test]
fn no_template_writes_a_header_of_its_own() {
    let subjects = [
        "a\rBcc: evil@example.com",
        "a\r\nBcc: evil@example.com",
        "a\u{85}Bcc: evil@example.com",
        "a\u{2028}Bcc: evil@example.com",
        "a\u{0}\u{b}\u{c}Bcc: evil@example.com",
        "=?utf-8?q?a=0D=0ABcc:_evil@example.com?=",
    ];
    for subject in subjects {
        let server = Server::plain();
        let fixture = MailFixture::at(&server);
        fixture.customer("ABC");
        fixture.template("low-upper.txt", &format!("Subject: {subject}\n\ntext"));
        let email = email(&fixture, &server);
        let names: Vec<&str> = email.headers.iter().map(|(name, _)| name.as_str()).collect();
        let usual = "From To Subject Date Message-ID Auto-Submitted Reply-To MIME-Version Content-Type";
        assert_eq!(names.join(" "), usual, "{subject:?}");
        assert!(!clear(email.header("Subject")).contains(|c: char| c.is_control()), "{subject:?}");
    }
}

#[test]
fn a_very_long_subject_is_folded() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    for word in ["low ", "niedrig\u{fc}", "x"] {
        let subject = word.repeat(600);
        fixture.template("low-upper.txt", &format!("Subject: {subject}\n\ntext"));
        let email = email(&fixture, &server);
        assert_eq!(clear(email.header("Subject")).trim(), subject.trim());
        fixture.sink("ABC", "900");
        fixture.quiet_check();
        server.taken();
    }
}

#[test]
fn a_template_that_cannot_be_used_stops_the_check_before_anything_is_recorded() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    for template in ["Subject: x\n\n{% if %}", "no subject", "Subject: \n\nx", "Subject: x\n\n{{ 1 / 0 }}", ""] {
        fixture.template("low-upper.txt", template);
        assert!(fixture.troubled_check(13).contains("low-upper.txt"), "{template:?}");
    }
    assert_eq!((fixture.crossings(), fixture.outbox().len(), server.connections()), (0, 0, 0));
    fixture.template("low-upper.txt", "Subject: fine\n\nx");
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 2);
}
