//! The status codes of SMPP responses and their names (SMPP v3.4 section 5.1.3).

use std::fmt;

/// The `command_status` of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandStatus(pub u32);

impl CommandStatus {
    pub const OK: Self = Self(0);
    /// A temporary error: the gateway delivers the message again later.
    pub(super) const TRY_LATER: Self = Self(0x64);
    pub(super) const INVALID_COMMAND_ID: Self = Self(0x03);
    pub(super) const INVALID_BIND_STATE: Self = Self(0x04);
    pub(super) const ALREADY_BOUND: Self = Self(0x05);
    pub(super) const SYSTEM_ERROR: Self = Self(0x08);
    pub(super) const BIND_FAILED: Self = Self(0x0d);
    pub(super) const INVALID_PASSWORD: Self = Self(0x0e);
    pub(super) const INVALID_SYSTEM_ID: Self = Self(0x0f);
    pub(super) const INVALID_SYSTEM_TYPE: Self = Self(0x53);
    pub(super) const THROTTLED: Self = Self(0x58);

    /// The name of the status in the specification, if it has one.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(number, _)| *number == self.0).map(|(_, name)| *name)
    }
}

impl fmt::Display for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "status {:#010x}", self.0),
        }
    }
}

const NAMES: [(u32, &str); 47] = [
    (0x00, "ESME_ROK"),
    (0x01, "ESME_RINVMSGLEN"),
    (0x02, "ESME_RINVCMDLEN"),
    (0x03, "ESME_RINVCMDID"),
    (0x04, "ESME_RINVBNDSTS"),
    (0x05, "ESME_RALYBND"),
    (0x06, "ESME_RINVPRTFLG"),
    (0x07, "ESME_RINVREGDLVFLG"),
    (0x08, "ESME_RSYSERR"),
    (0x0a, "ESME_RINVSRCADR"),
    (0x0b, "ESME_RINVDSTADR"),
    (0x0c, "ESME_RINVMSGID"),
    (0x0d, "ESME_RBINDFAIL"),
    (0x0e, "ESME_RINVPASWD"),
    (0x0f, "ESME_RINVSYSID"),
    (0x11, "ESME_RCANCELFAIL"),
    (0x13, "ESME_RREPLACEFAIL"),
    (0x14, "ESME_RMSGQFUL"),
    (0x15, "ESME_RINVSERTYP"),
    (0x33, "ESME_RINVNUMDESTS"),
    (0x34, "ESME_RINVDLNAME"),
    (0x40, "ESME_RINVDESTFLAG"),
    (0x42, "ESME_RINVSUBREP"),
    (0x43, "ESME_RINVESMCLASS"),
    (0x44, "ESME_RCNTSUBDL"),
    (0x45, "ESME_RSUBMITFAIL"),
    (0x48, "ESME_RINVSRCTON"),
    (0x49, "ESME_RINVSRCNPI"),
    (0x50, "ESME_RINVDSTTON"),
    (0x51, "ESME_RINVDSTNPI"),
    (0x53, "ESME_RINVSYSTYP"),
    (0x54, "ESME_RINVREPFLAG"),
    (0x55, "ESME_RINVNUMMSGS"),
    (0x58, "ESME_RTHROTTLED"),
    (0x61, "ESME_RINVSCHED"),
    (0x62, "ESME_RINVEXPIRY"),
    (0x63, "ESME_RINVDFTMSGID"),
    (0x64, "ESME_RX_T_APPN"),
    (0x65, "ESME_RX_P_APPN"),
    (0x66, "ESME_RX_R_APPN"),
    (0x67, "ESME_RQUERYFAIL"),
    (0xc0, "ESME_RINVOPTPARSTREAM"),
    (0xc1, "ESME_ROPTPARNOTALLWD"),
    (0xc2, "ESME_RINVPARLEN"),
    (0xc3, "ESME_RMISSINGOPTPARAM"),
    (0xc4, "ESME_RINVOPTPARAMVAL"),
    (0xff, "ESME_RUNKNOWNERR"),
];
