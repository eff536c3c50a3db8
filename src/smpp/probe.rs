//! Tests an account on one gateway: connect, bind, `enquire_link`, unbind.

use std::fmt;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::model::word_enum::word_enum;
use crate::model::{Host, Password, Port, SmppAccount};
use crate::smpp::connection::Connection;
use crate::smpp::failure::{ProtocolFault, explain};
use crate::smpp::pdu::{CommandId, Pdu};
use crate::smpp::{BindType, CommandStatus, FailureKind};
use crate::tls::{TlsFailure, TlsPeer};

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
    pub bind_type: BindType,
}

impl<'a> BindCredentials<'a> {
    /// Those of an account.
    pub fn of(account: &'a SmppAccount, password: &'a Password, bind_type: BindType) -> Self {
        let details = &account.details;
        Self {
            system_id: account.system_id.as_str(),
            password,
            system_type: details.system_type.as_ref().map_or("", |kind| kind.as_str()),
            address_range: details.address_range.as_ref().map_or("", |range| range.as_str()),
            bind_type,
        }
    }
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
    /// There was no valid answer.
    Failed { step: ProbeStep, reason: String, kind: FailureKind },
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
    /// Why the unbind got no answer. The account can bind all the same.
    pub unbind_problem: Option<String>,
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
        unbind_problem: None,
        outcome: ProbeOutcome::Bound,
    };
    let mut probe = Probe { report, timeout, sequence: 0 };
    if let Err(outcome) = probe.run(credentials) {
        probe.report.outcome = outcome;
    }
    probe.report
}

/// This machine's address in a connection to an endpoint, if there is one.
pub fn local_address(endpoint: &Endpoint, timeout: Duration) -> Option<IpAddr> {
    let (mut connection, _) = Connection::connect(endpoint.host.as_str(), endpoint.port.get(), timeout).ok()?;
    connection.local().ok().map(|local| local.ip())
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
        let BindCredentials { system_id, password, system_type, address_range, bind_type } = credentials;
        let bind = Pdu::bind(*bind_type, self.sequence, system_id, password.reveal(), system_type, address_range);
        let response = self.request(&mut connection, ProbeStep::Bind, &bind)?;
        self.report.smsc = response.system_id();
        self.report.version = response.version();
        self.ask(&mut connection, ProbeStep::EnquireLink, CommandId::ENQUIRE_LINK)?;
        match self.ask(&mut connection, ProbeStep::Unbind, CommandId::UNBIND) {
            Err(ProbeOutcome::Failed { reason, .. }) => self.report.unbind_problem = Some(reason),
            answered => answered?,
        }
        Ok(())
    }

    /// Sends a request without a body.
    fn ask(&mut self, connection: &mut Connection, step: ProbeStep, command: CommandId) -> Result<(), ProbeOutcome> {
        self.sequence += 1;
        let request = Pdu::new(command, CommandStatus::OK, self.sequence, Vec::new());
        self.request(connection, step, &request).map(drop)
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
            let secured = connection.secure(host.as_str(), self.timeout);
            let (secured, peer) = secured.map_err(|TlsFailure { error, peer, wants_client_certificate }| {
                let (reason, kind) = explain(&error, &peer);
                let failure = ProbeOutcome::Failed { step: ProbeStep::Tls, reason, kind };
                if wants_client_certificate { without_client_certificate(failure) } else { failure }
            })?;
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
        let answer = self.exchange(connection, request).map_err(|error| {
            let failure = failed(step, &error);
            if connection.wants_client_certificate() { without_client_certificate(failure) } else { failure }
        })?;
        if answer.status != CommandStatus::OK || answer.command == CommandId::GENERIC_NACK {
            return Err(ProbeOutcome::Refused { step, status: answer.status });
        }
        self.report.times.push((step, start.elapsed()));
        Ok(answer)
    }

    fn exchange(&mut self, connection: &mut Connection, request: &Pdu) -> io::Result<Pdu> {
        connection.write_all(&request.bytes())?;
        connection.flush()?;
        let expected = request.command.response();
        let mut stray = None;
        for _ in 0..MAX_PDUS {
            let pdu = match Pdu::read(connection) {
                Ok(pdu) => pdu,
                // What came instead explains a missing answer better than the silence after it.
                Err(error) => return Err(stray.map_or(error, io::Error::from)),
            };
            match (pdu.command, pdu.sequence == request.sequence) {
                (CommandId::GENERIC_NACK, _) => return Ok(pdu),
                (command, true) if command == expected => return Ok(pdu),
                (command, true) if command.is_response() => {
                    let (expected, found) = (expected.to_string(), command.to_string());
                    return Err(ProtocolFault::WrongResponse { expected, found }.into());
                }
                (command, false) if command == expected => {
                    let (expected, found) = (request.sequence, pdu.sequence);
                    stray = Some(ProtocolFault::WrongSequence { expected, found });
                }
                (command, _) if command.is_response() => {}
                _ => self.reply(connection, &pdu)?,
            }
        }
        Err(ProtocolFault::EndlessRequests.into())
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
    let (reason, kind) = explain(error, &TlsPeer::default());
    ProbeOutcome::Failed { step, reason, kind }
}

/// A failure after the server asked for a certificate of the client. It may only close the connection, or say nothing.
fn without_client_certificate(failure: ProbeOutcome) -> ProbeOutcome {
    match failure {
        ProbeOutcome::Failed { step, kind, .. } if !matches!(kind, FailureKind::Certificate(_)) => {
            let reason = "the server wants a client certificate".to_owned();
            ProbeOutcome::Failed { step, reason, kind: FailureKind::ClientCertificate }
        }
        other => other,
    }
}
