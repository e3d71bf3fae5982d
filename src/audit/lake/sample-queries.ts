/** A query to begin from. `$EDS_ID` stands for the id of an event data store. */
export interface SampleQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** Written for the columns of CloudTrail events. Each of them is run in `tests/lake-queries.spec.ts`. */
export const sampleQueries: readonly SampleQuery[] = [
  {
    name: "Calls per operation",
    description: "Counts the calls of each operation in the last day, most called first.",
    sql: `SELECT eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE eventtime > date_add('day', -1, now())
GROUP BY eventsource, eventname
ORDER BY calls DESC`,
  },
  {
    name: "X-Ray: who read traces",
    description: "Shows which users and roles read traces and summaries of traces, and how often.",
    sql: `SELECT useridentity.arn, eventname, count(*) AS reads, max(eventtime) AS lastread
FROM $EDS_ID
WHERE eventsource = 'xray.amazonaws.com'
  AND eventname IN ('BatchGetTraces', 'GetTraceSummaries', 'GetTraceGraph', 'ListRetrievedTraces')
GROUP BY useridentity.arn, eventname
ORDER BY reads DESC`,
  },
  {
    name: "X-Ray: changes of settings",
    description: "Lists changes of X-Ray groups, sampling rules, encryption and resource policies.",
    sql: `SELECT eventtime, useridentity.arn, eventname, requestparameters
FROM $EDS_ID
WHERE eventsource = 'xray.amazonaws.com' AND readonly = false AND managementevent = true
ORDER BY eventtime DESC
LIMIT 100`,
  },
  {
    name: "X-Ray: ingestion per minute",
    description: "Counts calls that sent trace segments, minute by minute.",
    sql: `SELECT date_trunc('minute', eventtime) AS minute, count(*) AS puts
FROM $EDS_ID
WHERE eventsource = 'xray.amazonaws.com' AND eventname = 'PutTraceSegments'
GROUP BY 1
ORDER BY 1`,
  },
  {
    name: "X-Ray: who changed sampling",
    description: "Lists who created, changed or deleted sampling rules, with the rule.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(requestparameters, 'samplingRule') AS rule
FROM $EDS_ID
WHERE eventsource = 'xray.amazonaws.com'
  AND eventname IN ('CreateSamplingRule', 'UpdateSamplingRule', 'DeleteSamplingRule')
ORDER BY eventtime DESC`,
  },
  {
    name: "X-Ray: failed calls",
    description: "Counts X-Ray calls that failed, by operation and error code.",
    sql: `SELECT eventname, errorcode, count(*) AS failures
FROM $EDS_ID
WHERE eventsource = 'xray.amazonaws.com' AND errorcode IS NOT NULL
GROUP BY eventname, errorcode
ORDER BY failures DESC`,
  },
  {
    name: "X-Ray: traces read by one principal",
    description: "Lists what roles whose name holds a word asked X-Ray for; change the word to the role you look for.",
    sql: `SELECT eventtime, eventname, sourceipaddress, requestparameters
FROM $EDS_ID
WHERE eventsource = 'xray.amazonaws.com' AND readonly = true
  AND useridentity.arn LIKE '%analyst%'
ORDER BY eventtime DESC
LIMIT 100`,
  },
  {
    name: "Activity per IP address",
    description: "Counts calls, users and operations of each source IP address.",
    sql: `SELECT sourceipaddress, count(*) AS calls, count(DISTINCT useridentity.arn) AS users, count(DISTINCT eventname) AS operations
FROM $EDS_ID
GROUP BY sourceipaddress
ORDER BY calls DESC
LIMIT 50`,
  },
  {
    name: "New IP addresses of users",
    description: "Shows from how many addresses each user called, most first: a key that was taken shows here.",
    sql: `SELECT useridentity.arn, count(DISTINCT sourceipaddress) AS addresses, array_agg(DISTINCT sourceipaddress) AS list
FROM $EDS_ID
GROUP BY useridentity.arn
ORDER BY addresses DESC
LIMIT 50`,
  },
  {
    name: "Activity of an access key",
    description: "Lists what was done with one access key; put in the key you look for.",
    sql: `SELECT eventtime, eventsource, eventname, awsregion, sourceipaddress, errorcode
FROM $EDS_ID
WHERE useridentity.accesskeyid = 'AKIAIOSFODNN7EXAMPLE'
ORDER BY eventtime`,
  },
  {
    name: "Access keys created or changed",
    description: "Lists who created, deactivated or deleted access keys, and for whom.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(requestparameters, 'userName') AS foruser
FROM $EDS_ID
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey')
ORDER BY eventtime DESC`,
  },
  {
    name: "Console sign-in without MFA",
    description: "Lists successful console logins that used no multi-factor authentication.",
    sql: `SELECT eventtime, useridentity.arn, sourceipaddress
FROM $EDS_ID
WHERE eventname = 'ConsoleLogin'
  AND element_at(additionaleventdata, 'MFAUsed') = 'No'
  AND element_at(responseelements, 'ConsoleLogin') = 'Success'
ORDER BY eventtime DESC`,
  },
  {
    name: "Failed console sign-ins per IP address",
    description: "Finds addresses from which console logins failed more than three times.",
    sql: `SELECT sourceipaddress, count(*) AS failures
FROM $EDS_ID
WHERE eventname = 'ConsoleLogin' AND element_at(responseelements, 'ConsoleLogin') = 'Failure'
GROUP BY sourceipaddress
HAVING count(*) > 3
ORDER BY failures DESC`,
  },
  {
    name: "CloudTrail configuration changes",
    description: "Lists changes of trails, event data stores and selectors: changes of the audit itself.",
    sql: `SELECT eventtime, useridentity.arn, eventname, requestparameters
FROM $EDS_ID
WHERE eventsource = 'cloudtrail.amazonaws.com' AND readonly = false
ORDER BY eventtime DESC`,
  },
  {
    name: "Logging stopped or trails deleted",
    description: "Lists calls that stopped the logging of a trail or deleted it.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(requestparameters, 'name') AS trail, errorcode
FROM $EDS_ID
WHERE eventsource = 'cloudtrail.amazonaws.com' AND eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail')
ORDER BY eventtime DESC`,
  },
  {
    name: "Cross-account access",
    description: "Counts calls by callers of other accounts.",
    sql: `SELECT useridentity.accountid AS calleraccount, recipientaccountid, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.accountid <> recipientaccountid
GROUP BY useridentity.accountid, recipientaccountid, eventsource, eventname
ORDER BY calls DESC`,
  },
  {
    name: "All errors",
    description: "Lists the latest calls that failed, with error code and message.",
    sql: `SELECT eventtime, useridentity.arn, eventsource, eventname, errorcode, errormessage
FROM $EDS_ID
WHERE errorcode IS NOT NULL
ORDER BY eventtime DESC
LIMIT 100`,
  },
  {
    name: "Top errors",
    description: "Counts errors by error code, most frequent first.",
    sql: `SELECT errorcode, count(*) AS errors
FROM $EDS_ID
WHERE errorcode IS NOT NULL
GROUP BY errorcode
ORDER BY errors DESC
LIMIT 20`,
  },
  {
    name: "Errors per service",
    description: "Compares failed with all calls of each service.",
    sql: `SELECT eventsource, count(*) AS calls, sum(CASE WHEN errorcode IS NOT NULL THEN 1 ELSE 0 END) AS errors
FROM $EDS_ID
GROUP BY eventsource
ORDER BY errors DESC`,
  },
  {
    name: "Access denied per user",
    description: "Counts refused calls by user and operation: missing rights, or somebody who tries doors.",
    sql: `SELECT useridentity.arn, eventsource, eventname, count(*) AS denials
FROM $EDS_ID
WHERE errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%Unauthorized%'
GROUP BY useridentity.arn, eventsource, eventname
ORDER BY denials DESC`,
  },
  {
    name: "Role self-assumption",
    description: "Finds roles that assumed themselves.",
    sql: `SELECT eventtime, useridentity.arn AS caller, element_at(requestparameters, 'roleArn') AS role
FROM $EDS_ID
WHERE eventname = 'AssumeRole'
  AND useridentity.sessioncontext.sessionissuer.arn = element_at(requestparameters, 'roleArn')
ORDER BY eventtime DESC`,
  },
  {
    name: "Role chains",
    description: "Lists who assumed which role.",
    sql: `SELECT eventtime, useridentity.arn AS caller, element_at(requestparameters, 'roleArn') AS role
FROM $EDS_ID
WHERE eventname = 'AssumeRole'
ORDER BY eventtime DESC
LIMIT 100`,
  },
  {
    name: "Top actions of roles",
    description: "Counts what each role did most.",
    sql: `SELECT useridentity.sessioncontext.sessionissuer.username AS role, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.type = 'AssumedRole'
GROUP BY 1, 2, 3
ORDER BY calls DESC
LIMIT 50`,
  },
  {
    name: "Top actions of users",
    description: "Counts what each IAM user did most.",
    sql: `SELECT useridentity.username, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.type = 'IAMUser'
GROUP BY 1, 2, 3
ORDER BY calls DESC
LIMIT 50`,
  },
  {
    name: "Use of the root user",
    description: "Lists what the root user did itself.",
    sql: `SELECT eventtime, eventsource, eventname, sourceipaddress, useragent
FROM $EDS_ID
WHERE useridentity.type = 'Root' AND useridentity.invokedby IS NULL
ORDER BY eventtime DESC`,
  },
  {
    name: "Changes made in the console",
    description: "Lists writes that were made in the management console rather than by code.",
    sql: `SELECT eventtime, useridentity.arn, eventsource, eventname
FROM $EDS_ID
WHERE sessioncredentialfromconsole = 'true' AND readonly = false
ORDER BY eventtime DESC`,
  },
  {
    name: "S3: encryption of objects that were put",
    description: "Counts objects put into S3 buckets by the server-side encryption that was asked for.",
    sql: `SELECT element_at(requestparameters, 'bucketName') AS bucket,
  coalesce(element_at(requestparameters, 'x-amz-server-side-encryption'), 'none asked for') AS encryption, count(*) AS objects
FROM $EDS_ID
WHERE eventsource = 's3.amazonaws.com' AND eventname = 'PutObject'
GROUP BY 1, 2
ORDER BY objects DESC`,
  },
  {
    name: "S3: actions by key",
    description: "Counts what was done to each object of S3 buckets.",
    sql: `SELECT element_at(requestparameters, 'bucketName') AS bucket, element_at(requestparameters, 'key') AS objectkey, eventname, count(*) AS calls
FROM $EDS_ID
WHERE eventsource = 's3.amazonaws.com' AND element_at(requestparameters, 'key') IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY calls DESC
LIMIT 100`,
  },
  {
    name: "S3: bucket policies changed",
    description: "Lists who changed or deleted policies of S3 buckets.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(requestparameters, 'bucketName') AS bucket
FROM $EDS_ID
WHERE eventsource = 's3.amazonaws.com' AND eventname IN ('PutBucketPolicy', 'DeleteBucketPolicy')
ORDER BY eventtime DESC`,
  },
  {
    name: "EC2: security groups opened to everybody",
    description: "Finds rules of security groups that let in any address.",
    sql: `SELECT eventtime, useridentity.arn, element_at(requestparameters, 'groupId') AS securitygroup, element_at(requestparameters, 'ipPermissions') AS permissions
FROM $EDS_ID
WHERE eventname = 'AuthorizeSecurityGroupIngress' AND element_at(requestparameters, 'ipPermissions') LIKE '%0.0.0.0/0%'
ORDER BY eventtime DESC`,
  },
  {
    name: "EC2: snapshots without encryption",
    description: "Lists snapshots and volumes that were created without encryption.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(responseelements, 'snapshotId') AS snapshot
FROM $EDS_ID
WHERE eventname IN ('CreateSnapshot', 'CreateVolume') AND element_at(responseelements, 'encrypted') = 'false'
ORDER BY eventtime DESC`,
  },
  {
    name: "RDS: public databases",
    description: "Lists databases that were made reachable from outside.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(requestparameters, 'dBInstanceIdentifier') AS database
FROM $EDS_ID
WHERE eventname IN ('CreateDBInstance', 'ModifyDBInstance') AND element_at(requestparameters, 'publiclyAccessible') = 'true'
ORDER BY eventtime DESC`,
  },
  {
    name: "RDS: failover, reboot and deletion of databases",
    description: "Lists who made a database fail over, rebooted or deleted it.",
    sql: `SELECT eventtime, useridentity.arn, eventname, coalesce(element_at(requestparameters, 'dBInstanceIdentifier'), element_at(requestparameters, 'dBClusterIdentifier')) AS database
FROM $EDS_ID
WHERE eventname IN ('FailoverDBCluster', 'RebootDBInstance', 'RebootDBCluster', 'DeleteDBInstance', 'DeleteDBCluster')
ORDER BY eventtime DESC`,
  },
  {
    name: "TLS versions",
    description: "Counts calls by TLS version, to find clients that must be renewed.",
    sql: `SELECT tlsdetails.tlsversion, count(*) AS calls
FROM $EDS_ID
WHERE tlsdetails.tlsversion IS NOT NULL
GROUP BY tlsdetails.tlsversion
ORDER BY calls DESC`,
  },
  {
    name: "Callers with old TLS",
    description: "Shows who still calls with a TLS version before 1.2.",
    sql: `SELECT useridentity.arn, useragent, tlsdetails.tlsversion, count(*) AS calls
FROM $EDS_ID
WHERE tlsdetails.tlsversion NOT IN ('TLSv1.2', 'TLSv1.3')
GROUP BY 1, 2, 3
ORDER BY calls DESC`,
  },
  {
    name: "Events per region",
    description: "Counts events of each region.",
    sql: `SELECT awsregion, count(*) AS events
FROM $EDS_ID
GROUP BY awsregion
ORDER BY events DESC`,
  },
  {
    name: "Events per weekday",
    description: "Counts events of each day of the week: 1 is Monday.",
    sql: `SELECT day_of_week(eventtime) AS weekday, count(*) AS events
FROM $EDS_ID
GROUP BY 1
ORDER BY 1`,
  },
  {
    name: "Events per account",
    description: "Counts events of each account.",
    sql: `SELECT recipientaccountid, count(*) AS events
FROM $EDS_ID
GROUP BY recipientaccountid
ORDER BY events DESC`,
  },
  {
    name: "Events per hour",
    description: "Counts events of each hour of the last day.",
    sql: `SELECT date_trunc('hour', eventtime) AS hour, count(*) AS events
FROM $EDS_ID
WHERE eventtime > date_add('day', -1, now())
GROUP BY 1
ORDER BY 1`,
  },
  {
    name: "Users added to groups of administrators",
    description: "Lists who added whom to a group whose name speaks of administrators.",
    sql: `SELECT eventtime, useridentity.arn, element_at(requestparameters, 'userName') AS added, element_at(requestparameters, 'groupName') AS intogroup
FROM $EDS_ID
WHERE eventname = 'AddUserToGroup' AND lower(element_at(requestparameters, 'groupName')) LIKE '%admin%'
ORDER BY eventtime DESC`,
  },
  {
    name: "Changes of IAM policies",
    description: "Lists who attached, detached or wrote policies of users, groups and roles.",
    sql: `SELECT eventtime, useridentity.arn, eventname, requestparameters
FROM $EDS_ID
WHERE eventsource = 'iam.amazonaws.com' AND eventname LIKE '%Policy%' AND readonly = false
ORDER BY eventtime DESC`,
  },
  {
    name: "Identity Center activity",
    description: "Counts what people signed in through IAM Identity Center did.",
    sql: `SELECT useridentity.onbehalfof.userid AS person, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.type = 'IdentityCenterUser'
GROUP BY 1, 2, 3
ORDER BY calls DESC`,
  },
  {
    name: "Tag history of resources",
    description: "Lists calls that tagged or untagged resources.",
    sql: `SELECT eventtime, useridentity.arn, eventsource, eventname, requestparameters
FROM $EDS_ID
WHERE eventname IN ('TagResource', 'UntagResource', 'AddTags', 'RemoveTags', 'CreateTags', 'DeleteTags')
ORDER BY eventtime DESC
LIMIT 100`,
  },
  {
    name: "Network activity denials",
    description: "Lists calls that a VPC endpoint's policy refused.",
    sql: `SELECT eventtime, eventsource, eventname, vpcendpointid, useridentity.arn, sourceipaddress
FROM $EDS_ID
WHERE eventcategory = 'NetworkActivity' AND errorcode = 'VpceAccessDenied'
ORDER BY eventtime DESC`,
  },
  {
    name: "Types of resources touched",
    description: "Counts events by the type of the resources they are about.",
    sql: `SELECT resource.type, count(*) AS events
FROM $EDS_ID
CROSS JOIN UNNEST(resources) AS t(resource)
GROUP BY resource.type
ORDER BY events DESC`,
  },
  {
    name: "Calls outside approved regions",
    description: "Counts calls in regions that are not approved; put in yours.",
    sql: `SELECT awsregion, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE awsregion NOT IN ('eu-west-1', 'us-east-1')
GROUP BY awsregion, eventsource, eventname
ORDER BY calls DESC`,
  },
  {
    name: "Clients by user agent",
    description: "Counts calls by client: SDKs, command lines, browsers.",
    sql: `SELECT useragent, count(*) AS calls
FROM $EDS_ID
GROUP BY useragent
ORDER BY calls DESC
LIMIT 50`,
  },
  {
    name: "KMS: keys disabled or scheduled for deletion",
    description: "Lists who disabled encryption keys or scheduled their deletion.",
    sql: `SELECT eventtime, useridentity.arn, eventname, element_at(requestparameters, 'keyId') AS key
FROM $EDS_ID
WHERE eventsource = 'kms.amazonaws.com' AND eventname IN ('DisableKey', 'ScheduleKeyDeletion')
ORDER BY eventtime DESC`,
  },
  {
    name: "A record by its event ID",
    description: "Shows one whole record; put in the event ID you look for.",
    sql: `SELECT eventjson
FROM $EDS_ID
WHERE eventid = '00000000-0000-0000-0000-000000000000'`,
  },
];
