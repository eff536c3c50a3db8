//! Protocol data units (PDUs) of SMPP: a header of 16 bytes and a body.

use std::fmt;
use std::io::{self, Read};
use std::ops::RangeInclusive;

use zeroize::Zeroizing;

use crate::model::word_enum::word_enum;
use crate::smpp::CommandStatus;
use crate::smpp::failure::ProtocolFault;

/// The type of a request or response (SMPP v3.4 section 5.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CommandId(pub(super) u32);

impl CommandId {
    pub(super) const GENERIC_NACK: Self = Self(0x8000_0000);
    pub(super) const DELIVER_SM: Self = Self(0x05);
    pub(super) const UNBIND: Self = Self(0x06);
    const BIND_RECEIVER: Self = Self(0x01);
    const BIND_TRANSMITTER: Self = Self(0x02);
    const BIND_TRANSCEIVER: Self = Self(0x09);
    pub(super) const ENQUIRE_LINK: Self = Self(0x15);
    pub(super) const DATA_SM: Self = Self(0x0103);

    /// The response to this request.
    pub(super) const fn response(self) -> Self {
        Self(self.0 | 0x8000_0000)
    }

    pub(super) fn is_response(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }
}

/// The name in the specification, or the number.
impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match Self(self.0 & !0x8000_0000) {
            Self::BIND_RECEIVER => "bind_receiver",
            Self::BIND_TRANSMITTER => "bind_transmitter",
            Self::BIND_TRANSCEIVER => "bind_transceiver",
            Self::ENQUIRE_LINK => "enquire_link",
            Self::UNBIND => "unbind",
            Self::DELIVER_SM => "deliver_sm",
            Self::DATA_SM => "data_sm",
            _ => return write!(f, "command {:#010x}", self.0),
        };
        write!(f, "{name}{}", if self.is_response() { "_resp" } else { "" })
    }
}

word_enum! {
    /// What a bind is for (SMPP v3.4 section 4.1).
    pub enum BindType {
        /// To send and receive.
        Transceiver = "transceiver",
        /// To send only.
        Transmitter = "transmitter",
        /// To receive only.
        Receiver = "receiver",
    }
}

impl BindType {
    fn command(self) -> CommandId {
        match self {
            Self::Transceiver => CommandId::BIND_TRANSCEIVER,
            Self::Transmitter => CommandId::BIND_TRANSMITTER,
            Self::Receiver => CommandId::BIND_RECEIVER,
        }
    }
}

const HEADER: usize = 16;
/// The first byte of a TLS record. A PDU begins with the highest byte of its length, which is zero.
const TLS_RECORDS: RangeInclusive<u8> = 0x14..=0x17;
/// The longest PDU in bytes that is read: a message of 64 KiB and its other fields.
const MAX_LENGTH: usize = 70_000;
/// The protocol version that a bind requests: 3.4.
const VERSION: u8 = 0x34;
/// The tag of the parameter with the gateway's protocol version.
const SC_INTERFACE_VERSION: u16 = 0x0210;

/// A protocol data unit.
#[derive(Debug)]
pub(super) struct Pdu {
    pub(super) command: CommandId,
    pub(super) status: CommandStatus,
    pub(super) sequence: u32,
    /// Erased after use, because the body of a bind contains a password.
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Pdu {
    pub(super) fn new(command: CommandId, status: CommandStatus, sequence: u32, body: Vec<u8>) -> Self {
        Self { command, status, sequence, body: Zeroizing::new(body) }
    }

    /// A request to bind. The texts contain no NUL and are not longer than the specification allows.
    pub(super) fn bind(
        kind: BindType,
        sequence: u32,
        system_id: &str,
        password: &str,
        system_type: &str,
        address_range: &str,
    ) -> Self {
        let mut body = Vec::with_capacity(128);
        for text in [system_id, password, system_type] {
            body.extend(text.as_bytes());
            body.push(0);
        }
        // The type of number and numbering plan of the address range are unknown (0).
        body.extend([VERSION, 0, 0]);
        body.extend(address_range.as_bytes());
        body.push(0);
        Self::new(kind.command(), CommandStatus::OK, sequence, body)
    }

    pub(super) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let length = u32::try_from(HEADER + self.body.len()).unwrap_or(u32::MAX);
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER + self.body.len()));
        for number in [length, self.command.0, self.status.0, self.sequence] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(self.body.iter());
        bytes
    }

    /// Reads the next PDU of a stream.
    pub(super) fn read(stream: &mut impl Read) -> io::Result<Self> {
        let mut header = [0; HEADER];
        let (first, rest) = header.split_at_mut(1);
        stream.read_exact(first)?;
        // A server that speaks TLS closes after an alert, which is shorter than a header.
        if TLS_RECORDS.contains(&first[0]) {
            return Err(ProtocolFault::TlsRecord.into());
        }
        stream.read_exact(rest)?;
        let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let length = usize::try_from(number(0)).unwrap_or(usize::MAX);
        if !(HEADER..=MAX_LENGTH).contains(&length) {
            return Err(ProtocolFault::NotSmpp.into());
        }
        let mut body = vec![0; length - HEADER];
        stream.read_exact(&mut body)?;
        Ok(Self::new(CommandId(number(4)), CommandStatus(number(8)), number(12), body))
    }

    /// The gateway's own name in a bind response.
    pub(super) fn system_id(&self) -> Option<String> {
        let name = self.body.split(|byte| *byte == 0).next().filter(|name| !name.is_empty())?;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    /// The protocol version in a bind response, such as 0x34.
    pub(super) fn version(&self) -> Option<u8> {
        let end_of_name = self.body.iter().position(|byte| *byte == 0)?;
        let mut rest = self.body.get(end_of_name + 1..)?;
        loop {
            let header: [u8; 4] = rest.get(..4)?.try_into().ok()?;
            let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
            let value = rest.get(4..4 + length)?;
            if u16::from_be_bytes([header[0], header[1]]) == SC_INTERFACE_VERSION {
                return value.first().copied();
            }
            rest = &rest[4 + length..];
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bind_matches_the_example_of_the_specification() {
        let bytes = Pdu::bind(BindType::Transceiver, 1, "SMPP3TEST", "secret08", "SUBMIT1", "").bytes();
        // The example of SMPP v3.4 section 2.7.2, with another command, sequence and address.
        let expected =
            b"\x00\x00\x00\x2f\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01SMPP3TEST\0secret08\0SUBMIT1\0\x34\0\0\0";
        assert_eq!(&bytes[..], expected);
    }

    #[test]
    fn a_bind_response_contains_name_and_version() {
        let answer =
            |body: &[u8]| Pdu::new(CommandId::BIND_TRANSCEIVER.response(), CommandStatus::OK, 1, body.to_vec());
        let full = answer(b"SMSC\0\x04\x27\0\x01\x00\x02\x10\0\x01\x34");
        assert_eq!((full.system_id().as_deref(), full.version()), (Some("SMSC"), Some(0x34)));
        for short in [b"".as_slice(), b"\0", b"\0\x02", b"\0\x02\x10\0\x09\x34", b"\0\x02\x10\0\0"] {
            assert_eq!((answer(short).system_id(), answer(short).version()), (None, None), "{short:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(command: u32, status: u32, sequence: u32, body: Vec<u8>) {
            let bytes = Pdu::new(CommandId(command), CommandStatus(status), sequence, body.clone()).bytes();
            let read = Pdu::read(&mut &bytes[..]).expect("read");
            prop_assert_eq!((read.command.0, read.status.0, read.sequence, read.body.to_vec()), (command, status, sequence, body));
        }

        #[test]
        fn any_bytes_can_be_read_without_panic(bytes: Vec<u8>) {
            if let Ok(pdu) = Pdu::read(&mut &bytes[..]) {
                let _ = (pdu.system_id(), pdu.version());
            }
        }
    }
}
