//! The paid features of organizations.

use std::str::FromStr;

/// A feature that some endpoints require.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Share passwords; project roles.
    AccessControl,
    /// Public pages without the product's name.
    WhiteLabelling,
    /// The organization's switch against public sharing.
    OrganizationSecuritySettings,
}

/// Every feature with its key in the API.
pub const FEATURES: [(Feature, &str); 3] = [
    (Feature::AccessControl, "access_control"),
    (Feature::WhiteLabelling, "white_labelling"),
    (
        Feature::OrganizationSecuritySettings,
        "organization_security_settings",
    ),
];

impl FromStr for Feature {
    type Err = String;

    fn from_str(text: &str) -> Result<Feature, String> {
        let found = FEATURES.iter().find(|(_, key)| *key == text);
        found.map(|(feature, _)| *feature).ok_or_else(|| {
            let keys: Vec<_> = FEATURES.iter().map(|(_, key)| *key).collect();
            format!("no such feature; choose from {}", keys.join(", "))
        })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(u8);

impl Features {
    pub const ALL: Features = Features(u8::MAX);

    /// Whether `feature` is in the set.
    pub fn has(self, feature: Feature) -> bool {
        self.0 & 1 << feature as u8 != 0
    }

    pub fn with(self, feature: Feature) -> Features {
        Features(self.0 | 1 << feature as u8)
    }

    pub fn without(self, feature: Feature) -> Features {
        Features(self.0 & !(1 << feature as u8))
    }

    /// The set without those of `others`.
    pub fn less(self, others: Features) -> Features {
        Features(self.0 & !others.0)
    }
}
