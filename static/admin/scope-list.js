// Every scope a personal key may have, in words. The first ones open something here; the rest is kept for the real service.

/** Objects that this server has something behind, and what that is. */
export const HERE = {
  property_definition: "Property definitions: names, types, descriptions, tags.",
  sharing_configuration: "Shares: links, their settings and passwords.",
  project: "Projects, and the project secret keys in them.",
  insight: "Insights.",
  dashboard: "Dashboards and their tiles.",
  notebook: "Notebooks.",
  session_recording: "Session recordings.",
  event_definition: "Event definitions.",
  query: "The latest events. There is nothing to write.",
  feature_flag: "Feature flags, for local evaluation. There is nothing to write.",
  activity_log: "Who did what. There is nothing to write.",
  organization: "Organizations. There is nothing to write.",
  user: "The user behind the key. There is nothing to write.",
};

/** Objects that only the real service has something behind. */
export const ELSEWHERE = {
  access_control: "Who may do what with which thing.", account: "Accounts of customer analytics.", action: "Actions: events under one name.",
  ai_observability_clusters: "Groups of similar AI traces.", alert: "Alerts on insights.", annotation: "Notes on charts.",
  approvals: "Changes that wait for somebody's yes.", batch_export: "Exports that run by schedule.", batch_import: "Imports of many events.",
  batch_import_support: "Imports, as support sees them.", billing: "Plans and invoices.", business_knowledge: "What assistants know of the business.",
  canvas: "Canvases.", cohort: "Cohorts of persons.", comment: "Comments.", conversation: "Conversations with assistants.",
  customer_analytics: "Customer analytics.", customer_journey: "Journeys of customers.", customer_profile_config: "How customer profiles look.",
  customer_task: "Tasks about customers.", dashboard_template: "Templates of dashboards.", data_catalog: "The catalogue of data.",
  data_catalog_approval: "Approvals in the catalogue of data.", dataset: "Datasets for evaluations.", early_access_feature: "Features in early access.",
  element: "Elements of pages.", endpoint: "Endpoints: stored queries with an address.", engineering_analytics: "Engineering analytics.",
  error_tracking: "Errors and their groups.", evaluation: "Evaluations of AI answers.", event_filter: "Filters of incoming events.",
  experiment: "Experiments and results.", experiment_holdout: "Persons left out of experiments.", experiment_saved_metric: "Metrics shared by experiments.",
  export: "Exports of charts and tables.", external_data_schema: "Tables of outside sources.", external_data_source: "Outside sources of data.",
  field_note: "Field notes.", file_system: "The tree of things.", file_system_shortcut: "Shortcuts in the tree of things.", group: "Groups and their properties.",
  health_issue: "Problems of a project's set-up.", heatmap: "Heatmaps.", hog_flow: "Workflows.", hog_function: "Functions that run on events.",
  ingestion_warning: "Warnings about incoming events.", insight_variable: "Variables of insights.", integration: "Connections to other services.",
  legal_document: "Legal documents.", link: "Short links.", live_debugger: "The live debugger.", llm_analytics: "Traces of language models.",
  llm_gateway: "Calls of language models.", llm_playground: "The prompt playground.", llm_prompt: "Stored prompts.", llm_provider_key: "Keys of model providers.",
  llm_skill: "Skills of assistants.", logs: "Logs.", loop: "Loops.", marketing_analytics: "Marketing analytics.", mcp_analytics: "Analytics of tool servers.",
  metrics: "Metrics.", organization_integration: "An organization's connections.", organization_member: "Members of an organization.", person: "Persons and their properties.",
  plugin: "Plugins.", product_enablement: "Which products are on.", product_tour: "Tours through a product.", query_performance: "How long queries take.",
  replay_scanner: "Scanners of recordings.", revenue_analytics: "Revenue analytics.", review_hog: "Reviews of code.", session_recording_playlist: "Playlists of recordings.",
  signal_scout: "Scouts for signals.", stamphog: "Stamps on code changes.", streamlit_app: "Small data apps.", subscription: "Insights sent by mail or chat.",
  survey: "Surveys and answers.", tagger: "Automatic tags.", task: "Tasks for agents.", ticket: "Support tickets.", toolbar: "The toolbar on one's own site.",
  tracing: "Traces.", uploaded_media: "Uploaded pictures.", usage_metric: "Metrics of usage.", user_interview: "Interviews with users.",
  vision_action: "Actions on what pictures show.", vision_alert: "Alerts on what pictures show.", visual_review: "Reviews of screenshots.",
  warehouse_objects: "All of the warehouse.", warehouse_table: "Tables of the warehouse.", warehouse_view: "Views of the warehouse.",
  web_analytics: "Web analytics.", webhook: "Webhooks.", wizard_session: "Sessions of the set-up wizard.",
};

const of = (level, ...objects) => objects.map((object) => `${object}:${level}`);

/** What keys are often made for. */
export const PRESETS = {
  everything: ["Everything that you may do, now and later", ["*"]],
  reading: ["Read all that is here", of("read", ...Object.keys(HERE))],
  shares: ["Share things", [...of("write", "sharing_configuration"), ...of("read", "insight", "dashboard", "notebook", "session_recording")]],
  taxonomy: ["Tidy definitions", of("write", "property_definition", "event_definition")],
  keys: ["Make and roll project keys", of("write", "project")],
  flags: ["Evaluate feature flags locally", of("read", "feature_flag")],
  nothing: ["My own choice", []],
};
