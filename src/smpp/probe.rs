//! One try to be a customer's client: connect, bind, ask whether the other side is there, unbind.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::model::word_enum::word_enum;
use crate::model::{Host, Password, Port};
use crate::smpp::link::Link;
use crate::smpp::pdu::{CommandId, Pdu};
use crate::smpp::{CommandStatus, Peer};

/// Units of the other side's own that are answered while one of ours is waited for; a gateway that sends without end
/// never comes to the point.
const MOST_UNITS: u32 = 1000;

/// Where a gateway is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub host: Host,
    pub port: Port,
    pub tls: bool,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.as_str().contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Who binds.
#[derive(Debug)]
pub struct Client<'a> {
    pub system_id: &'a str,
    pub password: &'a Password,
    pub system_type: &'a str,
    pub address_range: &'a str,
}

word_enum! {
    /// The steps of a probe, in their order.
    pub enum Step {
        Connect = "connect",
        Tls = "tls",
        Bind = "bind",
        EnquireLink = "enquire_link",
        Unbind = "unbind",
    }
}

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every step was done.
    Bound,
    /// The gateway answered, and not with yes.
    Refused { step: Step, status: CommandStatus },
    /// There was no answer, or none that could be understood. `hung_up` says that the gateway closed the connection.
    Failed { step: Step, reason: String, hung_up: bool },
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub endpoint: Endpoint,
    /// The address that answered.
    pub address: Option<SocketAddr>,
    /// The address that this machine came from; the gateway may see another.
    pub local: Option<IpAddr>,
    /// How long each step took that was done.
    pub times: Vec<(Step, Duration)>,
    pub tls: Option<Peer>,
    /// The name that the gateway gives itself.
    pub smsc: Option<String>,
    /// The version of SMPP that it says it speaks, such as 0x34.
    pub version: Option<u8>,
    /// Messages for the customer that came and were put back, to be delivered later.
    pub put_back: u32,
    pub end: End,
}

impl Report {
    /// How long a step took, if it was done.
    pub fn time(&self, step: Step) -> Option<Duration> {
        self.times.iter().find(|(done, _)| *done == step).map(|(_, time)| *time)
    }
}

/// Tries one endpoint; each step may take so long.
pub fn probe(endpoint: &Endpoint, client: &Client<'_>, timeout: Duration) -> Report {
    let report = Report {
        endpoint: endpoint.clone(),
        address: None,
        local: None,
        times: Vec::new(),
        tls: None,
        smsc: None,
        version: None,
        put_back: 0,
        end: End::Bound,
    };
    let mut probe = Probe { report, timeout, sequence: 0 };
    if let Err(end) = probe.run(client) {
        probe.report.end = end;
    }
    probe.report
}

struct Probe {
    report: Report,
    timeout: Duration,
    sequence: u32,
}

impl Probe {
    fn run(&mut self, client: &Client<'_>) -> Result<(), End> {
        let mut link = self.connect()?;
        self.sequence += 1;
        let Client { system_id, password, system_type, address_range } = client;
        let bind = Pdu::bind(self.sequence, system_id, password.reveal(), system_type, address_range);
        let bound = self.ask(&mut link, Step::Bind, &bind)?;
        self.report.smsc = bound.system_id();
        self.report.version = bound.version();
        for (step, command) in [(Step::EnquireLink, CommandId::ENQUIRE_LINK), (Step::Unbind, CommandId::UNBIND)] {
            self.sequence += 1;
            self.ask(&mut link, step, &Pdu::new(command, CommandStatus::OK, self.sequence, Vec::new()))?;
        }
        Ok(())
    }

    fn connect(&mut self) -> Result<Link, End> {
        let Endpoint { host, port, tls } = self.report.endpoint.clone();
        let begun = Instant::now();
        let (mut link, address) =
            Link::connect(host.as_str(), port.get(), self.timeout).map_err(|error| failed(Step::Connect, &error))?;
        self.report.times.push((Step::Connect, begun.elapsed()));
        self.report.address = Some(address);
        self.report.local = link.local().ok().map(|local| local.ip());
        if tls {
            let begun = Instant::now();
            let (secured, peer) =
                link.secure(host.as_str(), self.timeout).map_err(|error| failed(Step::Tls, &error))?;
            link = secured;
            self.report.times.push((Step::Tls, begun.elapsed()));
            self.report.tls = Some(peer);
        }
        Ok(link)
    }

    /// Asks something and waits for the answer to it, answering what the other side asks meanwhile.
    fn ask(&mut self, link: &mut Link, step: Step, question: &Pdu) -> Result<Pdu, End> {
        let begun = Instant::now();
        link.begin(self.timeout);
        let answer = self.answer(link, question).map_err(|error| failed(step, &error))?;
        if answer.status != CommandStatus::OK || answer.command == CommandId::GENERIC_NACK {
            return Err(End::Refused { step, status: answer.status });
        }
        self.report.times.push((step, begun.elapsed()));
        Ok(answer)
    }

    fn answer(&mut self, link: &mut Link, question: &Pdu) -> io::Result<Pdu> {
        link.write_all(&question.bytes())?;
        link.flush()?;
        for _ in 0..MOST_UNITS {
            let unit = Pdu::read(link)?;
            let is_ours = unit.sequence == question.sequence;
            if unit.command == question.command.response() && is_ours || unit.command == CommandId::GENERIC_NACK {
                return Ok(unit);
            }
            if !unit.command.is_response() {
                self.reply(link, &unit)?;
            }
        }
        Err(io::Error::new(ErrorKind::InvalidData, "it sends without end and does not answer"))
    }

    /// Answers what a gateway asks. A message is for the customer's client, not for us: it is to be delivered later.
    fn reply(&mut self, link: &mut Link, unit: &Pdu) -> io::Result<()> {
        let (status, body) = match unit.command {
            CommandId::DELIVER_SM | CommandId::DATA_SM => {
                self.report.put_back += 1;
                (CommandStatus::TRY_LATER, vec![0])
            }
            CommandId::ENQUIRE_LINK | CommandId::UNBIND => (CommandStatus::OK, Vec::new()),
            // Notifications and the like want no answer.
            _ => return Ok(()),
        };
        link.write_all(&Pdu::new(unit.command.response(), status, unit.sequence, body).bytes())?;
        link.flush()
    }
}

fn failed(step: Step, error: &io::Error) -> End {
    let hung_up = matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    );
    let reason = if hung_up { "it closed the connection".to_owned() } else { plain(error) };
    End::Failed { step, reason, hung_up }
}

/// The error without the number that the operating system adds.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
