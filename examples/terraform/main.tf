# Who reads which trace, recorded: a trail with X-Ray's data events, in a bucket and in a log group; a role of people who may
# read traces; and what is traced. To run it: docs/guide/terraform.md.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "endpoint" {
  description = "Where Dosimeter answers"
  default     = "http://127.0.0.1:4566"
}

variable "name" {
  description = "Of the trail, its bucket and its log group"
  default     = "who-read-what"
}

# Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
provider "aws" {
  region                  = "us-east-1"
  s3_use_path_style       = true
  skip_metadata_api_check = true

  # With both of these the provider reads tags of buckets from S3, and not from S3 Control, which it looks for at a host
  # whose name begins with the account.
  skip_credentials_validation = true
  skip_requesting_account_id  = true

  endpoints {
    cloudtrail = var.endpoint
    iam        = var.endpoint
    logs       = var.endpoint
    s3         = var.endpoint
    sts        = var.endpoint
    xray       = var.endpoint
  }

  default_tags {
    tags = { managed-by = "terraform" }
  }
}

data "aws_caller_identity" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  region    = data.aws_region.this.region
  trail_arn = "arn:aws:cloudtrail:${local.region}:${local.account}:trail/${var.name}"
}

# The bucket, which only the trail may write to.

resource "aws_s3_bucket" "trail" {
  bucket = var.name
}

resource "aws_s3_bucket_public_access_block" "trail" {
  bucket                  = aws_s3_bucket.trail.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "trail_bucket" {
  statement {
    sid       = "AWSCloudTrailAclCheck20150319"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.trail.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
  statement {
    sid       = "AWSCloudTrailWrite20150319"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.trail.arn}/AWSLogs/${local.account}/*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
}

resource "aws_s3_bucket_policy" "trail" {
  bucket = aws_s3_bucket.trail.bucket
  policy = data.aws_iam_policy_document.trail_bucket.json
}

# The log group, and the role in which the trail writes to it.

resource "aws_cloudwatch_log_group" "trail" {
  name              = var.name
  retention_in_days = 400
}

data "aws_iam_policy_document" "trust_trail" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "trail" {
  name               = "${var.name}-delivery"
  assume_role_policy = data.aws_iam_policy_document.trust_trail.json
}

data "aws_iam_policy_document" "write_log_stream" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.trail.arn}:log-stream:${local.account}_CloudTrail_${local.region}*"]
  }
}

resource "aws_iam_role_policy" "trail" {
  name   = "write-log-stream"
  role   = aws_iam_role.trail.name
  policy = data.aws_iam_policy_document.write_log_stream.json
}

# The trail: changes of settings, and everything that is done with traces.

resource "aws_cloudtrail" "this" {
  name                       = var.name
  s3_bucket_name             = aws_s3_bucket.trail.bucket
  enable_log_file_validation = true
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail.arn

  advanced_event_selector {
    name = "Changes"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
  advanced_event_selector {
    name = "Traces"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::XRay::Trace"]
    }
  }

  # CloudTrail tries both when the trail is made.
  depends_on = [aws_s3_bucket_policy.trail, aws_iam_role_policy.trail]
}

resource "aws_cloudwatch_log_metric_filter" "refused" {
  name           = "refused-reads-of-traces"
  log_group_name = aws_cloudwatch_log_group.trail.name
  pattern        = "{ $.eventSource = \"xray.amazonaws.com\" && $.errorCode = \"AccessDenied*\" }"
  metric_transformation {
    namespace = "Traces"
    name      = "RefusedReads"
    value     = "1"
  }
}

# People who may read traces, and settings of tracing: they assume this role.

data "aws_iam_policy_document" "trust_people" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [local.account]
    }
  }
}

resource "aws_iam_role" "reader" {
  name                 = "trace-reader"
  description          = "Reads traces and sends none"
  assume_role_policy   = data.aws_iam_policy_document.trust_people.json
  max_session_duration = 3600
}

resource "aws_iam_role_policy_attachment" "reader" {
  role       = aws_iam_role.reader.name
  policy_arn = "arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess"
}

# What is traced: every order, and one in twenty of what else there is (the rule Default).

resource "aws_xray_sampling_rule" "orders" {
  rule_name      = "orders"
  priority       = 100
  version        = 1
  reservoir_size = 10
  fixed_rate     = 1
  service_name   = "shop"
  service_type   = "*"
  host           = "*"
  http_method    = "POST"
  url_path       = "/orders*"
  resource_arn   = "*"
}

resource "aws_xray_group" "slow_orders" {
  group_name        = "slow-orders"
  filter_expression = "service(\"shop\") AND http.url CONTAINS \"/orders\" AND responsetime > 2"
  insights_configuration {
    insights_enabled      = true
    notifications_enabled = false
  }
}

output "reader_role_arn" {
  value = aws_iam_role.reader.arn
}

output "trail_arn" {
  value = aws_cloudtrail.this.arn
}
