//! The data of a shared page: one object that holds all that the page needs (`sharing.md` 6.5).

use serde::{Serialize, Serializer};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};

use super::{link::Link, recording, unlock};
use crate::{
    domain::{
        Error, Result, WithUsers,
        viewer::{self, Shown},
    },
    http::api::{dashboards::DashboardView, insights::InsightView, notebooks::NotebookView},
    model::*,
    store::{Read, projects},
};

/// The colours of the one theme that every installation has.
const COLORS: [&str; 15] = [
    "#2563eb", "#db2777", "#059669", "#d97706", "#7c3aed", "#0891b2", "#dc2626", "#65a30d",
    "#9333ea", "#0d9488", "#ea580c", "#4f46e5", "#be123c", "#0369a1", "#a16207",
];

/// The data of a page, in the order of its keys, and what the page's head tells of it.
pub struct Payload {
    parts: Vec<(&'static str, Box<RawValue>)>,
    /// `scene`, `embed` or `image`.
    pub kind: &'static str,
    /// What the shared thing is called, if it is called anything.
    pub title: Option<String>,
    /// What is said about it.
    pub description: Option<String>,
    /// What the project is called.
    pub team: String,
    /// Whether our name stays away.
    pub is_whitelabel: bool,
}

impl Payload {
    /// What `share` shows at `link`; `None` when the thing was deleted.
    pub fn read(
        db: &Read,
        link: &Link,
        share: &OpenShare,
        session: Option<&unlock::Shown>,
        now: Timestamp,
    ) -> Result<Option<Payload>> {
        let Some(shown) = viewer::look(db, share, now)? else {
            return Ok(None);
        };
        let may_whitelabel = share.features.has(Feature::WhiteLabelling);
        let is_forced = may_whitelabel && link.forces_whitelabel;
        let is_set = may_whitelabel && share.settings.whitelabel == Some(true);
        let project = projects::find(db, share.project)?.ok_or(Error::NOT_FOUND)?;
        let mut payload = Payload {
            parts: Vec::new(),
            kind: link.kind,
            title: None,
            description: None,
            team: project.name.clone(),
            is_whitelabel: is_forced || is_set,
        };
        payload.put("type", payload.kind);
        payload.put_if(is_forced, "whitelabel");
        if let Some(unlock::Shown::Cookie(token)) = session {
            payload.put("shareToken", token);
        }
        payload.put("accessToken", &share.access_token);
        payload.resource(db, share, &project, shown)?;
        payload.put_if(is_set && !is_forced, "whitelabel");
        payload.settings(&share.settings);
        Ok(Some(payload))
    }

    /// With the class of the page's root, as pages have it.
    pub fn with_class(mut self) -> Payload {
        let class = format!("export-type-{}", self.kind);
        self.put("rootClassName", &class);
        self
    }

    fn put(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) {
        let text = to_raw_value(value).expect("views serialise");
        self.parts.push((key, text));
    }

    fn put_if(&mut self, is_on: bool, key: &'static str) {
        if is_on {
            self.put(key, &true);
        }
    }

    fn settings(&mut self, settings: &SharingSettings) {
        for (key, setting) in [
            ("noHeader", settings.no_header),
            ("showInspector", settings.show_inspector),
            ("legend", settings.legend),
            ("detailed", settings.detailed),
            ("hideExtraDetails", settings.hide_extra_details),
        ] {
            self.put_if(setting == Some(true), key);
        }
        if let Some(theme) = settings.theme {
            self.put("theme", &theme);
        }
    }

    fn resource(
        &mut self,
        db: &Read,
        share: &OpenShare,
        project: &Project,
        shown: Shown,
    ) -> Result<()> {
        let hides = share.settings.hide_extra_details == Some(true);
        match shown {
            Shown::Insight(insight) => {
                let WithUsers {
                    item: insight,
                    users,
                } = WithUsers::read(db, insight)?;
                let users = users.without_addresses();
                let view = InsightView::new(project.id, &insight, &users).for_strangers(hides);
                self.put("insight", &view);
                self.themes(project);
                let name = insight.name.filter(|name| !name.is_empty());
                self.title = name.or(insight.derived_name);
                self.description = insight.description;
            }
            Shown::Dashboard(board) => {
                let WithUsers { item: board, users } = WithUsers::read(db, board)?;
                let users = users.without_addresses();
                let view = DashboardView::new(project.id, &board, &users).for_strangers(hides);
                self.put("dashboard", &view);
                self.themes(project);
                self.title = board.dashboard.name;
                self.description = Some(board.dashboard.description);
            }
            Shown::Notebook(notebook, insights) => {
                self.title = notebook.head.title.clone();
                let found = WithUsers::read(db, notebook)?;
                let users = found.users.without_addresses();
                let view = NotebookView::new(&found.item, &users).for_strangers();
                self.put("notebook", &view);
                self.themes(project);
                self.insights(db, share, insights, hides)?;
                self.put("inline_query_results", &json!({})); // nothing here computes any
            }
            Shown::Recording(recording) => {
                self.put("recording", &recording::view(&recording));
                return Ok(());
            }
        }
        self.put("cohorts", &json!([]));
        Ok(())
    }

    fn insights(
        &mut self,
        db: &Read,
        share: &OpenShare,
        insights: Vec<Insight>,
        hides: bool,
    ) -> Result<(), Error> {
        let WithUsers {
            item: insights,
            users,
        } = WithUsers::read(db, insights)?;
        let users = users.without_addresses();
        let view = |insight| InsightView::new(share.project, insight, &users).for_strangers(hides);
        let by_id: Vec<_> = insights
            .iter()
            .map(|insight| (&*insight.short_id.0, view(insight)))
            .collect();
        self.put("insights", &Ordered(&by_id));
        Ok(())
    }

    fn themes(&mut self, project: &Project) {
        let theme = json!([{
            "id": 1, "name": "Default Theme", "colors": COLORS, "is_global": true,
            "created_at": project.created_at, "created_by": null,
        }]);
        self.put("themes", &theme);
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Ordered(&self.parts).serialize(serializer)
    }
}

/// An object whose keys stand in the order of a list.
struct Ordered<'o, T>(&'o [(&'o str, T)]);

impl<T: Serialize> Serialize for Ordered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
