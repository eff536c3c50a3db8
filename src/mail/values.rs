//! The template variables of customers and SMPP accounts.

use minijinja::context;
use minijinja::value::Value;

use crate::model::{Customer, Handover, Limit, Obstacle, Time};

pub(super) fn values_of_customer(customer: &Customer) -> Value {
    context! {
        account_code => customer.account_code.as_str(),
        organisation => customer.details.organisation.as_str(),
    }
}

/// The variables of an account and its gateway, without the notes.
pub(super) fn values_of_account(handover: &Handover, password: Option<&str>) -> Value {
    let Handover { customer, account, gateway } = handover;
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
        obstacle => handover.obstacle().map(obstacle_text),
    }
}

/// Why an account cannot be used, as a clause for emails and warnings.
pub fn obstacle_text(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::CustomerArchived => "its customer is archived",
        Obstacle::Archived => "it is archived",
        Obstacle::Disabled => "it is disabled",
        Obstacle::MayNotBind => "it is not allowed to bind",
        Obstacle::MayNotSubmit => "it is allowed to bind but not to submit messages",
    }
}
