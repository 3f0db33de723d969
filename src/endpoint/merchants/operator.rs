use crate::model::{string_enum, table};

table! {
    /// An operator: a person who works for a merchant.
    ///
    /// The fields are taken from a published sample. No edition of the documentation specifies
    /// which fields are required, or their maximum lengths.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{Operator, OperatorRole, OperatorStatus},
    /// };
    ///
    /// let role = OperatorRole::new()
    ///     .role_code("ADMIN")
    ///     .permissions(["P_CREATE_ORDER", "P_UPDATE_ORDER"].map(String::from));
    /// let operator = Operator::new()
    ///     .operator_id("2102000001")
    ///     .status(OperatorStatus::Active)
    ///     .roles([role]);
    /// assert!(operator.validate().is_ok());
    /// ```
    pub struct Operator in "Mini Program Platform, Mandiri edition, `inquire_operator_info`": OneEdition {
        /// The ID of the operator.
        operator_id: String as "operatorId", optional sensitive;

        /// The name of the operator.
        operator_name: String as "operatorName", optional sensitive;

        /// The status of the operator.
        ///
        /// Example: `"ACTIVE"`
        status: OperatorStatus as "status", optional;

        /// The ID of the merchant.
        ///
        /// Example: `"2188120004706924"`
        merchant_id: String as "merchantId", optional;

        /// The ID of the platform, for example the ID of the tenant (the operator of a super app).
        ///
        /// Example: `"GCASH"`
        platform_id: String as "platformId", optional;

        /// The roles of the operator.
        roles: Vec<OperatorRole> as "roles", optional;
    }
}

table! {
    /// A role of an [`Operator`].
    pub struct OperatorRole in "Mini Program Platform, Mandiri edition, `inquire_operator_info`": OneEdition {
        /// The code of the role.
        ///
        /// Example: `"ADMIN"`
        role_code: String as "roleCode", optional;

        /// The codes of the permissions that the role includes.
        ///
        /// Example: `["P_CREATE_ORDER","P_UPDATE_ORDER"]`
        permissions: Vec<String> as "permissions", optional;
    }
}

string_enum! {
    /// The status of an operator.
    ///
    /// Used by [`Operator::status`].
    pub enum OperatorStatus: open {
        /// The operator is active.
        Active = "ACTIVE",
    }
}
