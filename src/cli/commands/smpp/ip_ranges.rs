//! IP ranges as command line arguments, with a note for each that has host bits.

use std::str::FromStr;

use ssgctl::error::quoted;
use ssgctl::model::{Invalid, IpRange};

use crate::context::Context;

/// An IP range, and its original text if host bits were cleared: `192.0.2.7/24` becomes `192.0.2.0/24`.
#[derive(Debug, Clone)]
pub(super) struct IpRangeArg {
    range: IpRange,
    with_host_bits: Option<String>,
}

impl FromStr for IpRangeArg {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (range, has_host_bits) = IpRange::read(text)?;
        Ok(Self { range, with_host_bits: has_host_bits.then(|| text.to_owned()) })
    }
}

/// The ranges of the arguments, without host bits.
pub(super) fn ranges(args: &[IpRangeArg]) -> Vec<IpRange> {
    args.iter().map(|arg| arg.range).collect()
}

/// Prints a note for each range whose host bits were cleared.
pub(super) fn note_cleared_host_bits(args: &[IpRangeArg], context: &Context) {
    for IpRangeArg { range, with_host_bits } in args {
        if let Some(text) = with_host_bits {
            context.note(&format!("{} has host bits; {range} is used", quoted(text)));
        }
    }
}
