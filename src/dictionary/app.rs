use crate::model::{UnixMillis, string_enum, table};

table! {
    /// A mini program that is deployed to a super app.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{
    ///         Category, CategoryRequired, DeployAppInfo, DeployAppInfoRequired, RelatedEnv,
    ///         ReleaseStatus,
    ///     },
    /// };
    ///
    /// let app = DeployAppInfo::new(DeployAppInfoRequired {
    ///     app_id: "2102010113769000",
    ///     app_name: "Shoe Shop",
    ///     app_description: "Shoes and accessories",
    ///     app_slogan: "Walk on",
    ///     deploy_version: "1.0.1.1653969582308",
    ///     developer_version: "1.0.1",
    ///     icon_url: "https://example.com/icon.png",
    ///     category_details: vec![Category::new(CategoryRequired {
    ///         category_id: "1000",
    ///         category_name: "Others",
    ///     })],
    ///     release_status: ReleaseStatus::Online,
    ///     create_time: "1653969581000",
    ///     publish_time: "1653969582000",
    ///     related_env: RelatedEnv::Production,
    ///     related_client_id: "CLIENT-1",
    ///     related_workspace_id: "WORKSPACE-1",
    ///     package_size: 2_048,
    /// })
    /// .search_keywords(["shoes".to_owned()]);
    /// assert!(app.validate().is_ok());
    /// ```
    pub struct DeployAppInfo(DeployAppInfoRequired) in DataDictionary {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        ///
        /// Example: `"2102010113769***"`
        app_id: String as "appId", required, max_length(32).no_special_characters();

        /// The name of the mini program.
        app_name: String as "appName", required, max_length(36);

        /// The description of the mini program.
        app_description: String as "appDescription", required, max_length(36);

        /// The tagline of the mini program.
        app_slogan: String as "appSlogan", required, max_length(36);

        /// The release version with a timestamp.
        ///
        /// Example: `"1.0.1.1653969582308"`
        deploy_version: String as "deployVersion", required;

        /// The release version without a timestamp.
        ///
        /// Example: `"1.0.1"`
        developer_version: String as "developerVersion", required;

        /// The URL of the logo icon.
        icon_url: String as "iconUrl", required;

        /// The categories of the mini program.
        category_details: Vec<Category> as "categoryDetails", required;

        /// The release status of the mini program.
        ///
        /// Example: `"ONLINE"`
        release_status: ReleaseStatus as "releaseStatus", required;

        /// The creation time, in Unix milliseconds.
        ///
        /// Example: `"1653969581000"`
        create_time: UnixMillis as "createTime", required;

        /// The release time, in Unix milliseconds.
        ///
        /// Example: `"1653969582000"`
        publish_time: UnixMillis as "publishTime", required;

        /// The environment in which the mini program is released.
        ///
        /// Example: `"prod"`
        related_env: RelatedEnv as "relatedEnv", required;

        /// The ID of the super app in which the mini program is released.
        related_client_id: String as "relatedClientId", required;

        /// The ID of the workspace in which the mini program is released.
        related_workspace_id: String as "relatedWorkspaceId", required;

        /// The size of the package. The specification defines neither a unit nor a range. Negative
        /// sizes are invalid.
        package_size: i64 as "packageSize", required, minimum(0);

        /// The search keywords. An absent array is equivalent to an empty one.
        search_keywords: Vec<String> as "searchKeywords", optional, max_items(50).item_max_length(50);

        /// The customer service phone number. (The specification's example, `+355-232342344`,
        /// exceeds the maximum length of the field.)
        service_tel: String as "serviceTel", optional sensitive, max_length(12).no_special_characters();

        /// The customer service email address.
        ///
        /// Example: `"test@163.com"`
        service_email: String as "serviceEmail", optional sensitive;
    }
}

table! {
    /// A category of mini programs.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Category, CategoryRequired}};
    ///
    /// let category =
    ///     Category::new(CategoryRequired { category_id: "1000", category_name: "Others" });
    /// assert!(category.validate().is_ok());
    /// ```
    pub struct Category(CategoryRequired) in DataDictionary {
        /// The unique ID of the category, assigned by the Mini Program Platform.
        ///
        /// Example: `"1000"`
        category_id: String as "categoryId", required;

        /// The name of the category.
        ///
        /// Example: `"Others"`
        category_name: String as "categoryName", required;
    }
}

string_enum! {
    /// The release status of a mini program.
    ///
    /// Used by [`DeployAppInfo::release_status`].
    pub enum ReleaseStatus: closed {
        /// In grayscale release, that is, available to some users only.
        Gray = "GRAY",
        /// Released to the super app and running online.
        Online = "ONLINE",
    }
}

string_enum! {
    /// The environment in which a mini program is released.
    ///
    /// Used by [`DeployAppInfo::related_env`].
    pub enum RelatedEnv: closed {
        /// The production environment.
        Production = "prod",
        /// The development environment.
        Development = "dev",
        /// The test environment.
        Test = "test",
        /// The sandbox environment.
        Sandbox = "sandbox",
    }
}
