//! The users that a response mentions: `created_by`, `verified_by` and the like.

use std::{collections::HashMap, sync::Arc};

use super::{Listing, Result};
use crate::{
    model::{
        Activity, EventDefinition, FeatureFlag, Insight, Member, Notebook, NotebookHead, Notes,
        ProjectSecretApiKey, PropertyDefinition, User, UserId,
    },
    store::{Kept, Read, users as table},
};

/// Users by id, read once for a whole response.
#[derive(Default)]
pub struct Users(HashMap<UserId, Arc<User>>);

/// An object or a list with the users that it mentions, read in one transaction.
pub struct WithUsers<T> {
    /// The object or the list.
    pub item: T,
    /// The users that it mentions and that exist.
    pub users: Users,
}

pub trait Mentions {
    /// Adds the ids of the mentioned users to `users`, in any order, possibly repeated.
    fn mention(&self, users: &mut Vec<UserId>);
}

impl Users {
    /// Reads those of the users `ids` that exist.
    pub fn load(db: &Read, mut ids: Vec<UserId>) -> Result<Users> {
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Users::default());
        }
        let found = table::many(db, &ids)?.into_iter();
        Ok(Users(found.map(|user| (user.id, user)).collect()))
    }

    /// Returns the user `id` if it was read and exists.
    pub fn get(&self, id: Option<UserId>) -> Option<&User> {
        self.0.get(&id?).map(|user| &**user)
    }

    /// Removes the e-mail addresses, for anonymous visitors (`sharing.md` 6.5).
    pub fn without_addresses(mut self) -> Users {
        for user in self.0.values_mut() {
            Arc::make_mut(user).email.clear();
        }
        self
    }
}

impl<T: Mentions> WithUsers<T> {
    /// Reads the users that `item` mentions.
    pub fn load(db: &Read, item: T) -> Result<WithUsers<T>> {
        let mut ids = Vec::new();
        item.mention(&mut ids);
        let users = Users::load(db, ids)?;
        Ok(WithUsers { item, users })
    }
}

impl<T: Mentions> Mentions for Listing<T> {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.items.mention(users);
    }
}

impl<T: Mentions> Mentions for Arc<T> {
    fn mention(&self, users: &mut Vec<UserId>) {
        (**self).mention(users);
    }
}

impl<T: Mentions> Mentions for Kept<T> {
    fn mention(&self, users: &mut Vec<UserId>) {
        (**self).mention(users);
    }
}

impl<T: Mentions> Mentions for Vec<T> {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.iter().for_each(|item| item.mention(users));
    }
}

impl Mentions for ProjectSecretApiKey {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.extend(self.created_by);
    }
}

impl Mentions for FeatureFlag {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.extend(self.created_by);
    }
}

impl Mentions for Activity {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.extend(self.user);
    }
}

impl Mentions for Member {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.push(self.user);
    }
}

impl Mentions for NotebookHead {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.extend(self.created_by.into_iter().chain(self.last_modified_by));
    }
}

impl Mentions for Notebook {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.head.mention(users);
    }
}

impl Mentions for Insight {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.extend(self.created_by.into_iter().chain(self.last_modified_by));
    }
}

impl Mentions for Option<Notes> {
    fn mention(&self, users: &mut Vec<UserId>) {
        // Plain `if`s: a list asks this of each row, and there are seldom any.
        if let Some(by) = self.as_ref().and_then(|notes| notes.updated_by) {
            users.push(by);
        }
        if let Some(by) = self.as_ref().and_then(|notes| notes.verified_by) {
            users.push(by);
        }
    }
}

impl Mentions for PropertyDefinition {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.notes.mention(users);
    }
}

impl Mentions for EventDefinition {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.notes.mention(users);
        users.extend(self.owner);
    }
}
