//! Networks as they are typed: host bits that were cut off are told.

use std::str::FromStr;

use ssgctl::error::quoted;
use ssgctl::model::{Invalid, IpRange};

use crate::context::Context;

/// A network, and its text if that had host bits.
#[derive(Debug, Clone)]
pub(super) struct Given {
    network: IpRange,
    with_host_bits: Option<String>,
}

impl FromStr for Given {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (network, cut) = IpRange::read(text)?;
        Ok(Self { network, with_host_bits: cut.then(|| text.to_owned()) })
    }
}

/// The networks that are meant.
pub(super) fn of(given: &[Given]) -> Vec<IpRange> {
    given.iter().map(|given| given.network).collect()
}

/// Tells what was cut off.
pub(super) fn tell_cut(given: &[Given], context: &Context) {
    for Given { network, with_host_bits } in given {
        if let Some(text) = with_host_bits {
            context.note(&format!("{} is taken as the network {network}", quoted(text)));
        }
    }
}
