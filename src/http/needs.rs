//! What an endpoint asks of a key before it lets it in.

/// What a key must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Needs {
    /// The scope; `None`: any key will do.
    pub scope: Option<&'static str>,
    /// Whether its user must be an admin of the project.
    pub admin: bool,
    /// Whether keys limited to projects or organizations are let in as well: what is asked is not theirs.
    pub unlimited: bool,
    /// Whether the path declares its scope for every method, so that a method it lacks is told as such.
    pub every_method: bool,
    /// Whether the service keeps personal keys out; we do so under the live contract only.
    pub not_live: bool,
    /// Whether a body has to be JSON, and no form.
    pub json_only: bool,
}

/// A key with `scope`.
pub(super) const fn scope(scope: &'static str) -> Needs {
    Needs {
        scope: Some(scope),
        ..ANY_KEY
    }
}

/// Any key.
pub(super) const ANY_KEY: Needs = Needs {
    scope: None,
    admin: false,
    unlimited: false,
    every_method: false,
    not_live: false,
    json_only: false,
};

impl Needs {
    /// That, of an admin of the project.
    pub(super) const fn admin(self) -> Needs {
        Needs {
            admin: true,
            ..self
        }
    }
    /// That, though the key be limited to other projects.
    pub(super) const fn unlimited(self) -> Needs {
        Needs {
            unlimited: true,
            ..self
        }
    }
    /// That, whatever the method.
    pub(super) const fn every_method(self) -> Needs {
        Needs {
            every_method: true,
            ..self
        }
    }
    /// That, with a body in JSON.
    pub(super) const fn json_only(self) -> Needs {
        Needs {
            json_only: true,
            ..self
        }
    }
    /// That, but no key under the live contract.
    pub(super) const fn not_live(self) -> Needs {
        Needs {
            not_live: true,
            ..self
        }
    }
}
