//! A gateway in threads of the test: on loopback only, gone with its struct, and as difficult as a test wants it to be.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub const BIND: u32 = 0x09;
pub const ENQUIRE_LINK: u32 = 0x15;
pub const UNBIND: u32 = 0x06;
pub const DELIVER_SM: u32 = 0x05;
const RESPONSE: u32 = 0x8000_0000;

/// What a gateway does about one kind of question.
#[derive(Debug, Clone)]
pub enum Manner {
    /// Answers with a status.
    Status(u32),
    /// Answers that the unit is not understood.
    Nack(u32),
    /// Closes the connection.
    Close,
    /// Says nothing, ever.
    Hang,
    /// Sends these bytes.
    Say(&'static [u8]),
    /// Sends the answer byte by byte, slower than anyone waits.
    Drip,
    /// Sends a number of messages and an `enquire_link`, then answers.
    Talk(u32),
}

/// A question as it came: command, status and body.
pub type Heard = (u32, u32, Vec<u8>);

#[derive(Default)]
struct Room {
    /// What is not named is answered as it should be.
    manners: Vec<(u32, Manner)>,
    /// Who may bind, with the password; anyone where there is nobody.
    accounts: Vec<(String, String)>,
    tls: Option<Arc<ServerConfig>>,
    heard: Mutex<Vec<Heard>>,
    guests: Mutex<Vec<TcpStream>>,
    closed: AtomicBool,
}

pub struct Smsc {
    address: SocketAddr,
    room: Arc<Room>,
    porter: Option<JoinHandle<()>>,
}

impl Smsc {
    /// A gateway that lets everyone in.
    pub fn open() -> Self {
        Self::start(Room::default())
    }

    /// A gateway that is difficult about a kind of question.
    pub fn difficult(command: u32, manner: Manner) -> Self {
        Self::start(Room { manners: vec![(command, manner)], ..Room::default() })
    }

    /// A gateway that lets in who has a password.
    pub fn with_account(system_id: &str, password: &str) -> Self {
        Self::start(Room { accounts: vec![(system_id.to_owned(), password.to_owned())], ..Room::default() })
    }

    /// A gateway behind TLS.
    pub fn secure(tls: Arc<ServerConfig>) -> Self {
        Self::start(Room { tls: Some(tls), ..Room::default() })
    }

    fn start(room: Room) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let room = Arc::new(room);
        let hall = Arc::clone(&room);
        let porter = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut guests = hall.guests.lock().expect("no thread panics with it");
                if hall.closed.load(Ordering::SeqCst) {
                    break;
                }
                guests.push(stream.try_clone().expect("a second handle"));
                let room = Arc::clone(&hall);
                // A dialogue ends in an error when either side closes it.
                thread::spawn(move || drop(room.receive(stream)));
            }
        });
        Self { address, room, porter: Some(porter) }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Everything that was asked and answered, in order.
    pub fn heard(&self) -> Vec<Heard> {
        self.room.heard.lock().expect("no thread panics with it").clone()
    }

    /// The commands of it.
    pub fn commands(&self) -> Vec<u32> {
        self.heard().iter().map(|(command, ..)| *command).collect()
    }
}

impl Drop for Smsc {
    fn drop(&mut self) {
        self.room.closed.store(true, Ordering::SeqCst);
        // Connect once more, so that the accepting thread checks its stop flag.
        drop(TcpStream::connect(self.address));
        if let Some(porter) = self.porter.take() {
            porter.join().expect("the porter does not panic");
        }
        for guest in self.room.guests.lock().expect("no thread panics with it").iter() {
            let _ = guest.shutdown(Shutdown::Both);
        }
    }
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

impl Room {
    fn receive(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let handle = stream.try_clone()?;
        let outcome = match &self.tls {
            None => self.talk(&mut { stream }),
            Some(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
                self.talk(&mut StreamOwned::new(connection, stream))
            }
        };
        // There are other handles of it.
        handle.shutdown(Shutdown::Both)?;
        outcome
    }

    fn talk(&self, wire: &mut dyn Wire) -> io::Result<()> {
        loop {
            let mut header = [0; 16];
            wire.read_exact(&mut header)?;
            let number = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().expect("four bytes"));
            let (length, command, status, sequence) = (number(0), number(4), number(8), number(12));
            let mut body = vec![0; length as usize - 16];
            wire.read_exact(&mut body)?;
            self.heard.lock().expect("no thread panics with it").push((command, status, body.clone()));
            if command & RESPONSE != 0 {
                continue;
            }
            let manner = self.manners.iter().find(|(about, _)| *about == command).map(|(_, manner)| manner);
            let usual = if command == BIND { self.verdict(&body) } else { 0 };
            let name = b"SMSC\0\x02\x10\0\x01\x34".as_slice();
            let answer = |status| pdu(command | RESPONSE, status, sequence, if command == BIND { name } else { b"" });
            match manner {
                None => wire.write_all(&answer(usual))?,
                Some(Manner::Status(status)) => wire.write_all(&answer(*status))?,
                Some(Manner::Nack(status)) => wire.write_all(&pdu(RESPONSE, *status, sequence, b""))?,
                Some(Manner::Close) => return Ok(()),
                Some(Manner::Hang) => thread::sleep(Duration::from_secs(30)),
                Some(Manner::Say(bytes)) => wire.write_all(bytes)?,
                Some(Manner::Drip) => {
                    for byte in answer(usual) {
                        thread::sleep(Duration::from_millis(300));
                        wire.write_all(&[byte])?;
                        wire.flush()?;
                    }
                }
                Some(Manner::Talk(messages)) => {
                    for sequence in 0..*messages {
                        wire.write_all(&pdu(DELIVER_SM, 0, 1000 + sequence, &[0; 17]))?;
                    }
                    wire.write_all(&pdu(ENQUIRE_LINK, 0, 5000, b""))?;
                    wire.write_all(&answer(usual))?;
                }
            }
            wire.flush()?;
        }
    }

    fn verdict(&self, bind: &[u8]) -> u32 {
        let mut texts = bind.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let (system_id, password) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        let found: Vec<&(String, String)> = self.accounts.iter().filter(|(id, _)| *id == system_id).collect();
        match found.as_slice() {
            _ if self.accounts.is_empty() => 0,
            [] => 0x0f,
            known if known.iter().any(|(_, right)| *right == password) => 0,
            _ => 0x0e,
        }
    }
}

fn pdu(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).expect("short");
    let header = [length, command, status, sequence].into_iter().flat_map(u32::to_be_bytes);
    header.chain(body.iter().copied()).collect()
}
