//! The choices and defaults of answers, read before the first question, so that no transaction is open while a person
//! thinks.

use ssgctl::model::{Country, Service};
use ssgctl::store::{Page, ServiceFilter, ServiceSort};

use crate::context::Context;
use crate::exit::Result;
use crate::interactive::wizard::answers::Answers;

/// The services, and the default answers.
pub(crate) struct Catalog {
    pub(super) services: Vec<Service>,
    service: String,
    country: Option<Country>,
    max_tps: Option<String>,
    /// What the help says of each option of the command.
    helps: Vec<(String, String)>,
}

impl Catalog {
    pub(super) fn read(context: &mut Context) -> Result<Self> {
        let defaults = context.settings.defaults.clone();
        let page = Page::all(ServiceSort::Code);
        let services = context.read(|snapshot| {
            let mut services = Vec::new();
            snapshot.services(&ServiceFilter { unit: None, search: None, page }, |service| {
                services.push(service);
                Ok::<_, ssgctl::Error>(())
            })?;
            Ok(services)
        })?;
        Ok(Self {
            services,
            service: defaults.service()?.to_string(),
            country: defaults.country,
            max_tps: defaults.max_tps.map(|limit| limit.to_string()),
            helps: context.line.helps(),
        })
    }

    /// What the help says of an option.
    pub(super) fn help(&self, option: &str) -> Option<&str> {
        self.helps.iter().find(|(known, _)| known == option).map(|(_, help)| help.as_str())
    }

    /// The default of an option: from the configuration, and for the unit from the chosen service.
    pub(super) fn default(&self, option: &str, answers: &Answers) -> Option<String> {
        match option {
            "--country" => self.country.as_ref().map(ToString::to_string),
            "--max-tps" => self.max_tps.clone(),
            "--service" => Some(self.service.clone()),
            "--unit" => {
                let chosen = answers.of("--service").unwrap_or(&self.service);
                let service = self.services.iter().find(|service| service.code.as_str().eq_ignore_ascii_case(chosen));
                Some(service.map(|service| service.unit).unwrap_or_default().to_string())
            }
            _ => None,
        }
    }
}
