use crate::{
    dictionary::{DeviceInfo, RelatedEnv, Result},
    endpoint::metadata::endpoint,
    model::{string_enum, table},
};

endpoint! {
    /// The endpoint that returns the mini programs of a super app, page by page.
    pub enum AppInfoListQuery as "appInfoListQuery" in MiniPrograms {
        path: "/v2/miniprogram/app/info/list/query",
        roles: SuperApp calls Platform,
        request: AppInfoListQueryRequest,
        response: AppInfoListQueryResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`AppInfoListQuery`], the endpoint that returns the mini programs of a super app.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{AppInfoListQueryRequest, AppInfoOrderKey},
    /// };
    ///
    /// let request = AppInfoListQueryRequest::new()
    ///     .query_start_index(50)
    ///     .query_size(50)
    ///     .order_key(AppInfoOrderKey::AppName);
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct AppInfoListQueryRequest in "Mini Program Platform, Mandiri edition, `query_app_info_list`": OneEdition {
        /// The index of the first mini program. The default is 0. For the next page, it is one more
        /// than the `endIndex` of the previous response.
        query_start_index: i64 as "queryStartIndex", optional, minimum(0);

        /// The maximum number of mini programs. The default is 50.
        query_size: i64 as "querySize", optional, range(0, 50);

        /// The property by which the mini programs are ordered. The default is `APP_CREATE_TIME`.
        order_key: AppInfoOrderKey as "orderKey", optional;

        /// The sort direction. The default is `ASC`.
        order_type: AppInfoOrderType as "orderType", optional;

        /// The unique ID of the user.
        user_id: String as "userId", optional sensitive;

        /// The environment of the mini programs.
        related_env: RelatedEnv as "relatedEnv", optional;

        /// The device of the user.
        device_info: DeviceInfo as "deviceInfo", optional;

        /// A part of the name of the mini programs to search for.
        app_name: String as "appName", optional;

        /// A part of the slogan of the mini programs to search for.
        app_slogan: String as "appSlogan", optional;

        /// The status of the mini programs.
        app_status: AppStatus as "appStatus", optional;

        /// A keyword to search for.
        keyword: String as "keyword", optional;
    }
}

table! {
    /// The response of [`AppInfoListQuery`], the endpoint that returns the mini programs of a super
    /// app.
    ///
    /// The published documentation is truncated after the result, so this type does not define the
    /// other fields. The mini programs (each a [`DeployAppInfo`](crate::dictionary::DeployAppInfo))
    /// and `endIndex` are kept as unknown fields.
    pub struct AppInfoListQueryResponse in "Mini Program Platform, Mandiri edition, `query_app_info_list`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}

string_enum! {
    /// The property by which mini programs are ordered.
    ///
    /// Used by [`AppInfoListQueryRequest::order_key`].
    pub enum AppInfoOrderKey: open {
        /// The ID.
        AppId = "APP_ID",
        /// The time at which the mini program was published.
        PublishTime = "PUBLISH_TIME",
        /// The name.
        AppName = "APP_NAME",
        /// The time at which the mini program was created.
        AppCreateTime = "APP_CREATE_TIME",
    }
}

string_enum! {
    /// The direction in which mini programs are ordered.
    ///
    /// Used by [`AppInfoListQueryRequest::order_type`].
    pub enum AppInfoOrderType: open {
        /// Ascending.
        Asc = "ASC",
        /// Descending.
        Desc = "DESC",
    }
}

string_enum! {
    /// The status of a mini program.
    ///
    /// Used by [`AppInfoListQueryRequest::app_status`].
    pub enum AppStatus: open {
        /// Created, but not published.
        Init = "init",
        /// Published.
        Online = "online",
    }
}
