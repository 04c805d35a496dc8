//! Parameters of the list that only hoglet has: `tag` and `ordering`. For `hidden` see the tests of the filters.

use serde_json::json;

use super::{BASE, bulk, encoded, id, list, names, server_with, url};
use crate::harness::Server;

/// Definitions of every type, some of them tagged or verified.
fn tagged() -> Server {
    server_with(
        json!([
            {"name": "amount", "property_type": "Numeric", "tags": ["billing", "core"]},
            {"name": "Zebra", "property_type": "String", "tags": ["core"]},
            {"name": "born", "property_type": "DateTime"},
            {"name": "wait", "property_type": "Duration", "verified": true},
            {"name": "is_new", "property_type": "Boolean", "tags": ["äö", "billing"], "verified": true},
            {"name": "odd"}, {"name": "also_odd"}, {"name": "another", "property_type": "Numeric"},
            {"name": "amount", "type": "person", "tags": ["core"]}
        ]),
        json!([["paid", "amount"], ["paid", "odd"]]),
        &[],
    )
}

#[test]
fn a_tag_narrows_the_list_to_what_has_it() {
    let server = tagged();
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(&str, &[&str])] = &[
        ("tag=core", &["Zebra", "amount"]),
        ("tag=billing", &["is_new", "amount"]),
        ("tag=%20CORE%20", &["Zebra", "amount"]),
        ("tag=%C3%84%C3%96", &["is_new"]),
        ("tag=cor", &[]),
        ("tag=none", &[]),
        ("tag=core&tag=billing", &["is_new", "amount"]),
        ("tag=core&type=person", &["amount"]),
        ("tag=billing&type=person", &[]),
        ("tag=billing&verified=false", &["amount"]),
        ("tag=core&search=a", &["Zebra", "amount"]),
        ("tag=core&search=amo", &["amount"]),
        ("tag=core&properties=amount,odd", &["amount"]),
        ("tag=core&excluded_properties=%5B%22amount%22%5D", &["Zebra"]),
        ("tag=core&event_names=%5B%22paid%22%5D", &["amount", "Zebra"]),
        ("tag=core&event_names=%5B%22paid%22%5D&filter_by_event_names=true", &["amount"]),
        ("tag=core&limit=1&offset=1", &["amount"]),
    ];
    for (query, expected) in rows {
        let page = server.get(&format!("{BASE}?{query}")).ok(200);
        assert_eq!(names(&server, query), *expected, "{query}");
        // Virtual definitions have no tags.
        let all = if query.contains("limit") {
            2
        } else {
            expected.len()
        };
        assert_eq!(page["count"], all, "{query}");
    }
    let all = server.get(BASE).ok(200);
    for blank in ["tag=", "tag=%20", "ordering=", "ordering=%20"] {
        let page = server.get(&format!("{BASE}?{blank}")).ok(200);
        assert_eq!(page["results"], all["results"], "{blank}");
    }
    for name in ["tag", "ordering"] {
        let nul = "Null characters are not allowed.";
        let answer = server.get(&format!("{BASE}?{name}=a%00"));
        answer.invalid("null_characters_not_allowed", nul, name);
    }
}

#[test]
fn a_tag_finds_what_has_it_now() {
    let server = tagged();
    assert_eq!(names(&server, "tag=new"), [""; 0]);
    let ids = [id(&server, "odd"), id(&server, "born")];
    bulk(
        &server,
        json!({"ids": ids, "action": "add", "tags": ["New"]}),
    )
    .ok(200);
    assert_eq!(names(&server, "tag=new"), ["born", "odd"]);
    let change = json!({"tags": ["core"]});
    server.patch(&url(&server, "odd"), change).ok(200);
    assert_eq!(names(&server, "tag=new"), ["born"]);
    assert_eq!(names(&server, "tag=core"), ["Zebra", "amount", "odd"]);
    server.delete(&url(&server, "born")).ok(204);
    assert_eq!(names(&server, "tag=new"), [""; 0]);
}

#[test]
fn ordering_puts_another_order_in_the_place_of_the_usual() {
    let server = tagged();
    for name in ["odd", "Zebra", "born"] {
        server.patch(&url(&server, name), json!({})).ok(200);
    }
    // Reading a definition changes nothing, but the first read sets `updated_at` as a change does.
    server.get(&url(&server, "another")).ok(200);
    server.get(&url(&server, "odd")).ok(200);
    let order = |query: &str| names(&server, query).join(" ");
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("ordering=name", "Zebra also_odd amount another born is_new odd wait"),
        ("ordering=-name", "wait odd is_new born another amount also_odd Zebra"),
        ("ordering=property_type", "also_odd odd is_new born wait amount another Zebra"),
        ("ordering=-property_type", "Zebra amount another wait born is_new also_odd odd"),
        ("ordering=%20-name%20", "wait odd is_new born another amount also_odd Zebra"),
        ("ordering=-name&ordering=name", "Zebra also_odd amount another born is_new odd wait"),
        // It also replaces the orders by length of name and by what was seen.
        ("ordering=name&search=o", "also_odd amount another born odd"),
        ("ordering=name&event_names=%5B%22paid%22%5D", "Zebra also_odd amount another born is_new odd wait"),
        ("ordering=-property_type&limit=3&offset=2", "another wait born"),
        // Unknown values are ignored, as the reference ignores `ordering` altogether.
        ("ordering=id", "is_new wait Zebra also_odd amount another born odd"),
        ("ordering=--name", "is_new wait Zebra also_odd amount another born odd"),
        ("ordering=Name", "is_new wait Zebra also_odd amount another born odd"),
    ];
    for (query, expected) in rows {
        assert_eq!(order(query), expected, "{query}");
    }
    let by_update = order("ordering=updated_at&verified=false");
    assert_eq!(by_update, "also_odd amount odd Zebra born another");
    let by_update = order("ordering=-updated_at&verified=false");
    assert_eq!(by_update, "another born Zebra odd amount also_odd");
    assert_eq!(
        order("ordering=-updated_at&limit=2&search=o"),
        "another born"
    );
}

#[test]
fn changes_of_one_instant_come_by_name_either_way() {
    let server = tagged(); // all definitions of a seed have the same instant
    let query = encoded("wait,is_new");
    let forwards = names(&server, &format!("ordering=updated_at&properties={query}"));
    let backwards = names(&server, &format!("ordering=-updated_at&properties={query}"));
    assert_eq!(
        (forwards, backwards),
        (
            vec!["is_new".into(), "wait".into()],
            vec!["is_new".into(), "wait".into()]
        )
    );
    let virtuals = list(&server, "ordering=-name");
    assert_eq!(
        virtuals.last().unwrap()["virtual"],
        true,
        "they come last in any order"
    );
}
