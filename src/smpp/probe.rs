//! Tests an account on one gateway: connect, bind, `enquire_link`, unbind.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::model::word_enum::word_enum;
use crate::model::{Host, Password, Port};
use crate::smpp::connection::Connection;
use crate::smpp::pdu::{CommandId, Pdu};
use crate::smpp::{CommandStatus, TlsPeer};

/// The maximum number of PDUs to read while waiting for a response. A gateway that keeps sending would otherwise block
/// the probe within its timeout for millions of PDUs.
const MAX_PDUS: u32 = 1000;

/// The address of a gateway.
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

/// The fields of a bind that identify the account.
#[derive(Debug)]
pub struct BindCredentials<'a> {
    pub system_id: &'a str,
    pub password: &'a Password,
    pub system_type: &'a str,
    pub address_range: &'a str,
}

word_enum! {
    /// The steps of a probe in order.
    pub enum ProbeStep {
        Connect = "connect",
        Tls = "tls",
        Bind = "bind",
        EnquireLink = "enquire_link",
        Unbind = "unbind",
    }
}

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// Every step succeeded.
    Bound,
    /// The gateway answered a step with an error.
    Refused { step: ProbeStep, status: CommandStatus },
    /// There was no valid answer. `disconnected` is set if the gateway closed the connection.
    Failed { step: ProbeStep, reason: String, disconnected: bool },
}

/// The result of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    pub endpoint: Endpoint,
    /// The address that accepted the connection.
    pub address: Option<SocketAddr>,
    /// The local address of the connection. Behind NAT the gateway sees another one.
    pub local: Option<IpAddr>,
    /// The duration of each completed step.
    pub times: Vec<(ProbeStep, Duration)>,
    pub tls: Option<TlsPeer>,
    /// The gateway's own name in its bind response.
    pub smsc: Option<String>,
    /// The SMPP version in the bind response, such as 0x34.
    pub version: Option<u8>,
    /// The number of messages for the customer that the gateway sent and was asked to deliver later.
    pub put_back: u32,
    pub outcome: ProbeOutcome,
}

impl ProbeReport {
    /// The duration of a step, if it was completed.
    pub fn time(&self, step: ProbeStep) -> Option<Duration> {
        self.times.iter().find(|(completed, _)| *completed == step).map(|(_, time)| *time)
    }
}

/// Tests one endpoint. The timeout applies to each step.
pub fn probe(endpoint: &Endpoint, credentials: &BindCredentials<'_>, timeout: Duration) -> ProbeReport {
    let report = ProbeReport {
        endpoint: endpoint.clone(),
        address: None,
        local: None,
        times: Vec::new(),
        tls: None,
        smsc: None,
        version: None,
        put_back: 0,
        outcome: ProbeOutcome::Bound,
    };
    let mut probe = Probe { report, timeout, sequence: 0 };
    if let Err(outcome) = probe.run(credentials) {
        probe.report.outcome = outcome;
    }
    probe.report
}

struct Probe {
    report: ProbeReport,
    timeout: Duration,
    sequence: u32,
}

impl Probe {
    fn run(&mut self, credentials: &BindCredentials<'_>) -> Result<(), ProbeOutcome> {
        let mut connection = self.connect()?;
        self.sequence += 1;
        let BindCredentials { system_id, password, system_type, address_range } = credentials;
        let bind = Pdu::bind(self.sequence, system_id, password.reveal(), system_type, address_range);
        let response = self.request(&mut connection, ProbeStep::Bind, &bind)?;
        self.report.smsc = response.system_id();
        self.report.version = response.version();
        for (step, command) in
            [(ProbeStep::EnquireLink, CommandId::ENQUIRE_LINK), (ProbeStep::Unbind, CommandId::UNBIND)]
        {
            self.sequence += 1;
            self.request(&mut connection, step, &Pdu::new(command, CommandStatus::OK, self.sequence, Vec::new()))?;
        }
        Ok(())
    }

    fn connect(&mut self) -> Result<Connection, ProbeOutcome> {
        let Endpoint { host, port, tls } = self.report.endpoint.clone();
        let start = Instant::now();
        let (mut connection, address) = Connection::connect(host.as_str(), port.get(), self.timeout)
            .map_err(|error| failed(ProbeStep::Connect, &error))?;
        self.report.times.push((ProbeStep::Connect, start.elapsed()));
        self.report.address = Some(address);
        self.report.local = connection.local().ok().map(|local| local.ip());
        if tls {
            let start = Instant::now();
            let (secured, peer) =
                connection.secure(host.as_str(), self.timeout).map_err(|error| failed(ProbeStep::Tls, &error))?;
            connection = secured;
            self.report.times.push((ProbeStep::Tls, start.elapsed()));
            self.report.tls = Some(peer);
        }
        Ok(connection)
    }

    /// Sends a request and waits for its response. Requests of the gateway are answered in the meantime.
    fn request(&mut self, connection: &mut Connection, step: ProbeStep, request: &Pdu) -> Result<Pdu, ProbeOutcome> {
        let start = Instant::now();
        connection.start_step(self.timeout);
        let answer = self.exchange(connection, request).map_err(|error| failed(step, &error))?;
        if answer.status != CommandStatus::OK || answer.command == CommandId::GENERIC_NACK {
            return Err(ProbeOutcome::Refused { step, status: answer.status });
        }
        self.report.times.push((step, start.elapsed()));
        Ok(answer)
    }

    fn exchange(&mut self, connection: &mut Connection, request: &Pdu) -> io::Result<Pdu> {
        connection.write_all(&request.bytes())?;
        connection.flush()?;
        for _ in 0..MAX_PDUS {
            let pdu = Pdu::read(connection)?;
            let is_ours = pdu.sequence == request.sequence;
            if pdu.command == request.command.response() && is_ours || pdu.command == CommandId::GENERIC_NACK {
                return Ok(pdu);
            }
            if !pdu.command.is_response() {
                self.reply(connection, &pdu)?;
            }
        }
        Err(io::Error::new(ErrorKind::InvalidData, "the gateway keeps sending but does not answer"))
    }

    /// Answers a request of the gateway. Messages are for the customer's client, so the gateway is asked to deliver
    /// them later.
    fn reply(&mut self, connection: &mut Connection, pdu: &Pdu) -> io::Result<()> {
        let (status, body) = match pdu.command {
            CommandId::DELIVER_SM | CommandId::DATA_SM => {
                self.report.put_back += 1;
                (CommandStatus::TRY_LATER, vec![0])
            }
            CommandId::ENQUIRE_LINK | CommandId::UNBIND => (CommandStatus::OK, Vec::new()),
            // Alert notifications and unknown requests need no response.
            _ => return Ok(()),
        };
        connection.write_all(&Pdu::new(pdu.command.response(), status, pdu.sequence, body).bytes())?;
        connection.flush()
    }
}

fn failed(step: ProbeStep, error: &io::Error) -> ProbeOutcome {
    let disconnected = matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    );
    let reason =
        if disconnected { "the gateway closed the connection".to_owned() } else { without_error_number(error) };
    ProbeOutcome::Failed { step, reason, disconnected }
}

/// The text of an error without the number that the standard library adds, such as "(os error 111)".
fn without_error_number(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
