//! A mail server in threads of the test: on loopback only, gone with its struct, and faulty wherever a test wants it to be.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Where in the dialogue something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The answer to the final dot.
    Dot,
    Rset,
}

/// What goes wrong there.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Another answer than the usual one.
    Answer(&'static str),
    /// No answer; the connection is closed.
    Drop,
    /// The usual answer, after which the connection is closed.
    Last,
    /// For [`Stage::Data`]: the email is asked for, and the connection closed in the middle of it.
    Cut,
    /// No answer, ever.
    Hang,
    /// The usual answer, but in drips that take half a minute.
    Drip,
}

/// An email that was handed over as a whole, whatever was answered.
#[derive(Debug, Clone)]
pub struct Taken {
    pub to: String,
    /// Headers and body with line ends of CRLF, as it was before dots were stuffed.
    pub text: String,
}

#[derive(Default)]
struct State {
    faults: Vec<(Stage, String, Fault)>,
    taken: Vec<Taken>,
    heard: Vec<String>,
    connections: usize,
    hanging: usize,
    streams: Vec<TcpStream>,
    closed: bool,
}

/// What all threads of a server know.
#[derive(Default)]
struct Room {
    tls: Option<Arc<ServerConfig>>,
    implicit: bool,
    /// The answers to AUTH that are right, in the order of the dialogue.
    login: Option<(String, String)>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Room {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics with the state")
    }
}

pub struct Server {
    address: SocketAddr,
    room: Arc<Room>,
    porter: Option<JoinHandle<()>>,
}

impl Server {
    /// A server without TLS and login.
    pub fn plain() -> Self {
        Self::start(Room::default())
    }

    /// A server with STARTTLS, or with TLS from the first byte on.
    pub fn secure(tls: Arc<ServerConfig>, implicit: bool) -> Self {
        let login = Some(("gateway".to_owned(), "open sesame".to_owned()));
        Self::start(Room { tls: Some(tls), implicit, login, ..Room::default() })
    }

    fn start(room: Room) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let room = Arc::new(room);
        let hall = Arc::clone(&room);
        let porter = thread::spawn(move || {
            let mut guests = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mut state = hall.state();
                if state.closed {
                    break;
                }
                state.connections += 1;
                state.streams.push(stream.try_clone().expect("a second handle"));
                drop(state);
                let room = Arc::clone(&hall);
                // A dialogue ends in an error when either side closes it.
                guests.push(thread::spawn(move || drop(Dialogue::begin(room, stream).and_then(Dialogue::run))));
            }
            for guest in guests {
                guest.join().expect("a dialogue does not panic");
            }
        });
        Self { address, room, porter: Some(porter) }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Makes something go wrong at a stage, whenever the client's line holds a text.
    pub fn fault(&self, stage: Stage, text: &str, fault: Fault) {
        self.room.state().faults.push((stage, text.to_owned(), fault));
    }

    /// Makes everything right again.
    pub fn heal(&self) {
        self.room.state().faults.clear();
    }

    /// The emails that were handed over since the last call.
    pub fn taken(&self) -> Vec<Taken> {
        std::mem::take(&mut self.room.state().taken)
    }

    /// Every line that a client said outside emails, the encrypted ones after `TLS `.
    pub fn heard(&self) -> Vec<String> {
        self.room.state().heard.clone()
    }

    /// How many connections there ever were.
    pub fn connections(&self) -> usize {
        self.room.state().connections
    }

    /// Returns when a client waits for an answer that does not come.
    pub fn until_it_hangs(&self) {
        let state = self.room.state();
        let waited = self.room.changed.wait_timeout_while(state, Duration::from_mins(1), |state| state.hanging == 0);
        assert!(!waited.expect("no thread panics with the state").1.timed_out(), "nobody came to hang");
    }

    /// Lets [`Self::until_it_hangs`] wait for another client.
    pub fn forget_who_hangs(&self) {
        self.room.state().hanging = 0;
    }

    /// Closes every connection that is open now.
    pub fn hang_up(&self) {
        for stream in self.room.state().streams.drain(..) {
            // One that is closed already needs no closing.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.room.state().closed = true;
        // The accepting thread looks at its stop flag only when a connection arrives.
        drop(TcpStream::connect(self.address));
        self.hang_up();
        self.porter.take().map(JoinHandle::join);
    }
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

struct Dialogue {
    room: Arc<Room>,
    stream: TcpStream,
    wire: Box<dyn Wire>,
    /// What was read of the wire and is not looked at yet.
    read: VecDeque<u8>,
    secured: bool,
}

impl Dialogue {
    fn begin(room: Arc<Room>, stream: TcpStream) -> io::Result<Self> {
        let wire = Box::new(stream.try_clone()?);
        let mut dialogue = Self { room, stream, wire, read: VecDeque::new(), secured: false };
        if dialogue.room.implicit {
            dialogue.secure()?;
        }
        Ok(dialogue)
    }

    fn secure(&mut self) -> io::Result<()> {
        let tls = self.room.tls.clone().expect("a server that offers TLS has a certificate");
        let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
        self.wire = Box::new(StreamOwned::new(connection, self.stream.try_clone()?));
        self.secured = true;
        Ok(())
    }

    fn run(mut self) -> io::Result<()> {
        self.answer(Stage::Greeting, "", "220 loopback")?;
        let mut to = String::new();
        loop {
            let line = self.hear()?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let secure = if self.room.tls.is_some() && !self.secured { "250-STARTTLS\r\n" } else { "" };
                    let login = if self.room.login.is_some() { "250-AUTH PLAIN LOGIN\r\n" } else { "" };
                    self.answer(Stage::Ehlo, &line, &format!("250-loopback\r\n{secure}{login}250 8BITMIME"))?;
                }
                "STARTTLS" if self.answer(Stage::StartTls, &line, "220 go on")? => self.secure()?,
                "AUTH" => self.log_in(&line)?,
                "MAIL" => drop(self.answer(Stage::Mail, &line, "250 ok")?),
                "RCPT" if self.answer(Stage::Rcpt, &line, "250 ok")? => line.clone_into(&mut to),
                "DATA" => self.take(&to)?,
                "RSET" => drop(self.answer(Stage::Rset, &line, "250 ok")?),
                "QUIT" => return self.say("221 bye"),
                "STARTTLS" | "RCPT" => {}
                _ => self.say("500 what?")?,
            }
        }
    }

    /// Takes `AUTH PLAIN` with its answer, and `AUTH LOGIN` with two questions.
    fn log_in(&mut self, line: &str) -> io::Result<()> {
        let (name, password) = self.room.login.clone().unwrap_or_default();
        let right = if line.starts_with("AUTH PLAIN") {
            line.ends_with(&base64(&format!("\0{name}\0{password}")))
        } else {
            let mut ask = |question: &str| self.say(&format!("334 {}", base64(question))).and_then(|()| self.hear());
            ask("Username:")? == base64(&name) && ask("Password:")? == base64(&password)
        };
        self.answer(Stage::Auth, line, if right { "235 welcome" } else { "535 who are you?" }).map(drop)
    }

    fn take(&mut self, to: &str) -> io::Result<()> {
        if !self.answer(Stage::Data, to, "354 go on")? {
            return Ok(());
        }
        let mut text = String::new();
        loop {
            let line = self.line()?;
            if line == "." {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push_str("\r\n");
        }
        let to = to.trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
        self.room.state().taken.push(Taken { to: to.clone(), text });
        self.answer(Stage::Dot, &to, "250 taken").map(drop)
    }

    /// Answers as usual unless there is a fault; says whether it was the usual answer.
    fn answer(&mut self, stage: Stage, line: &str, usual: &str) -> io::Result<bool> {
        let faults = self.room.state().faults.clone();
        let fault = faults.into_iter().find(|(at, text, _)| *at == stage && line.contains(text.as_str()));
        match fault.map(|(_, _, fault)| fault) {
            None => self.say(usual).map(|()| true),
            Some(Fault::Answer(other)) => self.say(other).map(|()| false),
            Some(Fault::Drop) => self.leave(),
            Some(Fault::Last) => self.say(usual).and_then(|()| self.leave()),
            Some(Fault::Cut) => {
                self.say(usual)?;
                self.line()?;
                self.leave()
            }
            Some(Fault::Hang) => {
                self.room.state().hanging += 1;
                self.room.changed.notify_all();
                loop {
                    self.line()?;
                }
            }
            Some(Fault::Drip) => {
                let (code, _) = usual.split_at(3);
                for drip in format!("{code}-{}\r\n", "x".repeat(150)).into_bytes() {
                    self.wire.write_all(&[drip]).and_then(|()| self.wire.flush())?;
                    thread::sleep(Duration::from_millis(200));
                }
                self.say(usual).map(|()| true)
            }
        }
    }

    /// Ends the dialogue. Its last handle is then dropped, and whatever the client still sends comes back as refused.
    fn leave(&mut self) -> io::Result<bool> {
        let peer = self.stream.peer_addr()?;
        self.room.state().streams.retain(|stream| stream.peer_addr().is_ok_and(|other| other != peer));
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    fn say(&mut self, answer: &str) -> io::Result<()> {
        self.wire.write_all(format!("{answer}\r\n").as_bytes()).and_then(|()| self.wire.flush())
    }

    fn hear(&mut self) -> io::Result<String> {
        let line = self.line()?;
        let prefix = if self.secured { "TLS " } else { "" };
        self.room.state().heard.push(format!("{prefix}{line}"));
        Ok(line)
    }

    /// A line, which must end with CRLF and hold no other of the two.
    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if self.read.is_empty() {
                let mut bytes = [0; 8192];
                let count = self.wire.read(&mut bytes)?;
                self.read.extend(&bytes[..count]);
            }
            line.push(self.read.pop_front().ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        line.truncate(line.len() - 2);
        let line = String::from_utf8(line).map_err(io::Error::other)?;
        if line.contains(['\r', '\n']) { Err(io::ErrorKind::InvalidData.into()) } else { Ok(line) }
    }
}

pub fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |chunk: &[u8]| {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
        let digit = |at: usize| char::from(DIGITS[bits >> (18 - 6 * at) & 63]);
        (0..4).map(|at| if at <= chunk.len() { digit(at) } else { '=' }).collect::<String>()
    };
    text.as_bytes().chunks(3).map(digits).collect()
}
