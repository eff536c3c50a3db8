//! The route of outgoing email as the configuration names it, and its credentials.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::model::Invalid;

/// Where emails are sent, as the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// An SMTP server.
    Smtp { host: String, port: u16, security: Security },
    /// A program that reads an email from its standard input.
    Sendmail(PathBuf),
    /// A folder; each email is written to a file.
    Folder(PathBuf),
}

impl Route {
    /// Whether it needs certificates to trust.
    pub fn uses_tls(&self) -> bool {
        matches!(self, Self::Smtp { security: Security::StartTls | Security::Tls, .. })
    }
}

/// How a connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// No encryption; for a server on the same machine.
    Plain,
    /// STARTTLS, which is required.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

impl FromStr for Route {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || {
            Invalid::rule(
                "must be smtp://HOST:PORT, smtp+starttls://HOST:PORT, smtps://HOST:PORT, sendmail:PROGRAM or folder:FOLDER",
            )
        };
        let (scheme, rest) = text.split_once(':').ok_or_else(rule)?;
        let (security, default_port) = match scheme {
            "smtp" => (Security::Plain, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            "sendmail" if rest.is_empty() => return Ok(Self::Sendmail(PathBuf::from("/usr/sbin/sendmail"))),
            "sendmail" => return Ok(Self::Sendmail(PathBuf::from(rest))),
            "folder" if !rest.is_empty() => return Ok(Self::Folder(PathBuf::from(rest))),
            _ => return Err(rule()),
        };
        let server = rest.strip_prefix("//").map(|server| server.trim_end_matches('/')).ok_or_else(rule)?;
        let url = url::Url::parse(&format!("smtp://{server}")).map_err(|_| rule())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Invalid::rule("must not contain a login; set `login` and a password under [mail] instead"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(rule)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Self::Smtp { host, port: url.port().unwrap_or(default_port), security })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp { host, port, security } => {
                let scheme = match security {
                    Security::Plain => "smtp",
                    Security::StartTls => "smtp+starttls",
                    Security::Tls => "smtps",
                };
                write!(f, "{scheme}://{host}:{port}")
            }
            Self::Sendmail(program) => write!(f, "sendmail:{}", program.display()),
            Self::Folder(folder) => write!(f, "folder:{}", folder.display()),
        }
    }
}

/// The login for an SMTP server.
#[derive(Clone)]
pub struct SmtpCredentials {
    pub login: String,
    pub password: Zeroizing<String>,
}

impl fmt::Debug for SmtpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpCredentials({}, ********)", self.login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_and_written() {
        let routes = [
            ("smtp://localhost", "smtp://localhost:25"),
            ("smtp+starttls://mail.example.com:2525/", "smtp+starttls://mail.example.com:2525"),
            ("smtps://mail.example.com", "smtps://mail.example.com:465"),
            ("sendmail:", "sendmail:/usr/sbin/sendmail"),
            ("folder:/var/spool/emails", "folder:/var/spool/emails"),
        ];
        for (text, written) in routes {
            assert_eq!(text.parse::<Route>().expect(text).to_string(), written);
        }
        for text in ["", "mail.example.com", "http://x", "smtp:", "smtp://", "folder:", "smtps://u:p@mail.example.com"]
        {
            assert!(text.parse::<Route>().is_err(), "{text}");
        }
    }
}
