//! What templates can say of customers and their SMPP accounts.

use minijinja::context;
use minijinja::value::Value;

use crate::model::{Customer, Handover, Limit, Obstacle, Time};

pub(super) fn values_of_customer(customer: &Customer) -> Value {
    context! {
        account_code => customer.account_code.as_str(),
        organisation => customer.details.organisation.as_str(),
    }
}

/// The values of an account and of where it is used, without its notes.
pub(super) fn values_of_account(pack: &Handover, password: Option<&str>) -> Value {
    let Handover { customer, account, gateway } = pack;
    let details = &account.details;
    let all = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>();
    context! {
        customer => values_of_customer(customer),
        account => context! {
            system_id => account.system_id.as_str(),
            password,
            previous_password_until => account.previous_password_until.map(Time::for_reading),
            system_type => details.system_type.as_ref().map(ToString::to_string),
            address_range => details.address_range.as_ref().map(ToString::to_string),
            max_tps => details.max_tps.map(Limit::get),
            max_binds => details.max_binds.map(Limit::get),
            allowed_ips => all(&mut details.allowed_ips.iter().map(ToString::to_string)),
        },
        gateway => context! {
            hosts => all(&mut gateway.hosts.iter().map(ToString::to_string)),
            port => gateway.port.get(),
            tls_port => gateway.tls_port.get(),
            rest_url => gateway.rest_url.as_ref().map(ToString::to_string),
        },
        obstacle => pack.obstacle().map(obstacle_text),
    }
}

/// Why an account cannot be used, as emails and commands say it.
pub fn obstacle_text(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::CustomerArchived => "its customer is archived",
        Obstacle::Archived => "it is archived",
        Obstacle::Disabled => "it is disabled",
        Obstacle::MayNotBind => "it may not bind",
        Obstacle::MayNotSubmit => "it may bind, but not submit messages",
    }
}
