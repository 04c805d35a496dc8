//! The data of a shared page: one object with all that the page needs (`sharing.md` 6.5).

use serde::{Serialize, Serializer};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};

use super::{link::Link, recording, unlock::Session};
use crate::{
    domain::viewer::{OpenPage, Room, SharedObject, draw_markdown},
    http::api::{dashboards::DashboardView, insights::InsightView, notebooks::NotebookView},
    model::{Feature, Project, SharingSettings, Timestamp},
};

/// The colours of the one theme that every installation has.
const COLORS: [&str; 15] = [
    "#2563eb", "#db2777", "#059669", "#d97706", "#7c3aed", "#0891b2", "#dc2626", "#65a30d",
    "#9333ea", "#0d9488", "#ea580c", "#4f46e5", "#be123c", "#0369a1", "#a16207",
];

/// The data of a page, in the order of its keys, and what the HTML around it needs.
pub struct PageData {
    parts: Vec<(&'static str, Box<RawValue>)>,
    /// `scene`, `embed` or `image`.
    pub kind: &'static str,
    /// The name of the shared object, if it has one.
    pub title: Option<String>,
    /// The description of the shared object.
    pub description: Option<String>,
    /// The name of the project.
    pub team: String,
    /// Whether the page leaves out the name of the product.
    pub is_whitelabel: bool,
}

impl PageData {
    /// The data of `page` at `link`, at `now`. A `session` that was shown as a cookie is part of it.
    pub fn new(
        link: &Link,
        page: &OpenPage,
        session: Option<&Session>,
        now: Timestamp,
    ) -> PageData {
        let (share, settings) = (&page.share, &page.share.settings);
        let may_whitelabel = share.features.has(Feature::WhiteLabelling);
        let is_forced = may_whitelabel && link.forces_whitelabel;
        let is_set = may_whitelabel && settings.whitelabel == Some(true);
        let mut data = PageData {
            parts: Vec::new(),
            kind: link.kind,
            title: None,
            description: None,
            team: page.project.name.clone(),
            is_whitelabel: is_forced || is_set,
        };
        data.put("type", data.kind);
        data.put_if(is_forced, "whitelabel");
        if let Some(Session::Cookie(token)) = session {
            data.put("shareToken", token);
        }
        data.put("accessToken", &share.access_token);
        data.put_object(page, now);
        data.put_if(is_set && !is_forced, "whitelabel");
        data.put_settings(settings);
        data
    }

    /// Leaves out the share's token, for a page that does not need the server.
    pub fn without_token(mut self) -> PageData {
        self.parts.retain(|(key, _)| *key != "accessToken");
        self
    }

    /// Adds what only the script of the page needs, and `.json` leaves out: the class of the root element, and the elements
    /// to draw of the notebook (`drawings`) and of each text in Markdown (`texts`).
    pub fn for_page(mut self, page: &OpenPage) -> PageData {
        let class = format!("export-type-{}", self.kind);
        self.put("rootClassName", &class);
        if let SharedObject::Notebook(shared) = &page.object.item {
            self.put("drawings", &shared.drawings);
        }
        let mut texts = page.object.item.texts();
        texts.sort_unstable();
        texts.dedup();
        let mut room = Room::default();
        let drawn: Vec<_> = texts
            .iter()
            .map(|text| (*text, draw_markdown(text, &mut room)))
            .collect();
        self.put("texts", &Ordered(&drawn));
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

    fn put_settings(&mut self, settings: &SharingSettings) {
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

    fn put_object(&mut self, page: &OpenPage, now: Timestamp) {
        let (project, users) = (&page.project, &page.object.users);
        let hides = page.share.settings.hide_extra_details == Some(true);
        match &page.object.item {
            SharedObject::Insight(insight) => {
                let view = InsightView::new(project.id, insight, users).for_visitors(hides);
                self.put("insight", &view);
                self.put_themes(project);
                let name = insight.name.clone().filter(|name| !name.is_empty());
                self.title = name.or_else(|| insight.derived_name.clone());
                self.description = insight.description.clone();
            }
            SharedObject::Dashboard(board) => {
                let view = DashboardView::new(project.id, board, users, now);
                let view = view.for_visitors(hides);
                self.put("dashboard", &view);
                self.put_themes(project);
                self.title = board.dashboard.name.clone();
                self.description = Some(board.dashboard.description.clone());
            }
            SharedObject::Notebook(shared) => {
                let notebook = &shared.notebook;
                self.put(
                    "notebook",
                    &NotebookView::new(notebook, users).for_visitors(),
                );
                self.put_themes(project);
                let insights: Vec<_> = shared
                    .insights
                    .iter()
                    .map(|insight| {
                        let view = InsightView::new(project.id, insight, users);
                        (&*insight.short_id.0, view.for_visitors(hides))
                    })
                    .collect();
                self.put("insights", &Ordered(&insights));
                self.put("inline_query_results", &json!({})); // this server computes none
                self.title = notebook.head.title.clone();
            }
            SharedObject::Recording(recording) => {
                self.put("recording", &recording::view(recording));
                return;
            }
        }
        self.put("cohorts", &json!([]));
    }

    fn put_themes(&mut self, project: &Project) {
        let theme = json!([{
            "id": 1, "name": "Default Theme", "colors": COLORS, "is_global": true,
            "created_at": project.created_at, "created_by": null,
        }]);
        self.put("themes", &theme);
    }
}

impl Serialize for PageData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Ordered(&self.parts).serialize(serializer)
    }
}

/// An object with its keys in the order of a list.
struct Ordered<'o, T>(&'o [(&'o str, T)]);

impl<T: Serialize> Serialize for Ordered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
