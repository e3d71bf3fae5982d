import * as sdk from "@aws-sdk/client-s3";
import type { Service } from "../operation.js";
import { abortMultipartUpload } from "./abort-multipart-upload.js";
import { s3Actions } from "./actions.js";
import { getBucketAcl, putBucketAcl } from "./bucket-acl.js";
import { deleteBucketEncryption, getBucketEncryption, putBucketEncryption } from "./bucket-encryption.js";
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from "./bucket-policy.js";
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from "./bucket-tagging.js";
import { getBucketVersioning, putBucketVersioning } from "./bucket-versioning.js";
import { Buckets } from "./buckets.js";
import { completeMultipartUpload } from "./complete-multipart-upload.js";
import { copyObject } from "./copy-object.js";
import { createBucket } from "./create-bucket.js";
import { createMultipartUpload } from "./create-multipart-upload.js";
import { deleteBucket } from "./delete-bucket.js";
import { deleteObject } from "./delete-object.js";
import { deleteObjects } from "./delete-objects.js";
import { getBucketLocation } from "./get-bucket-location.js";
import { getBucketOwnershipControls } from "./get-bucket-ownership-controls.js";
import { getObject, headObject } from "./get-object.js";
import { getObjectAcl } from "./get-object-acl.js";
import { getObjectAttributes } from "./get-object-attributes.js";
import { headBucket } from "./head-bucket.js";
import { KmsKeys } from "./kms-keys.js";
import { listBuckets } from "./list-buckets.js";
import { listMultipartUploads } from "./list-multipart-uploads.js";
import { listObjects, listObjectsV2, listObjectVersions } from "./list-objects.js";
import { listParts } from "./list-parts.js";
import {
  getBucketAccelerateConfiguration,
  getBucketCors,
  getBucketLifecycleConfiguration,
  getBucketLogging,
  getBucketNotificationConfiguration,
  getBucketReplication,
  getBucketRequestPayment,
  getBucketWebsite,
  getObjectLockConfiguration,
} from "./not-configured.js";
import { notOffered } from "./not-offered.js";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./object-tagging.js";
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from "./public-access-block.js";
import { putObject } from "./put-object.js";
import type { S3Deps, S3Parts } from "./s3-deps.js";
import { uploadPart, uploadPartCopy } from "./upload-part.js";

/** S3: buckets are settings, objects are in the object store. */
export function s3Service(deps: S3Deps): Service {
  const buckets = new Buckets(deps.settings, deps.environment);
  const parts: S3Parts = { ...deps, buckets, kmsKeys: new KmsKeys(deps) };
  return {
    signingName: "s3",
    eventSource: "s3.amazonaws.com",
    apiVersion: "2006-03-01",
    protocol: "rest-xml",
    xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    sdk,
    operations: [
      abortMultipartUpload,
      completeMultipartUpload,
      copyObject,
      createBucket,
      createMultipartUpload,
      deleteBucket,
      deleteBucketEncryption,
      deleteBucketPolicy,
      deleteBucketTagging,
      deleteObject,
      deleteObjects,
      deleteObjectTagging,
      deletePublicAccessBlock,
      getBucketAccelerateConfiguration,
      getBucketCors,
      getBucketLifecycleConfiguration,
      getBucketLogging,
      getBucketNotificationConfiguration,
      getBucketReplication,
      getBucketRequestPayment,
      getBucketWebsite,
      getObjectLockConfiguration,
      getBucketAcl,
      getBucketEncryption,
      getBucketLocation,
      getBucketOwnershipControls,
      getBucketPolicy,
      getBucketPolicyStatus,
      getBucketTagging,
      getBucketVersioning,
      getObject,
      getObjectAcl,
      getObjectAttributes,
      getObjectTagging,
      getPublicAccessBlock,
      headBucket,
      headObject,
      listBuckets,
      listMultipartUploads,
      listObjects,
      listObjectsV2,
      listObjectVersions,
      listParts,
      putBucketAcl,
      putBucketEncryption,
      putBucketPolicy,
      putBucketTagging,
      putBucketVersioning,
      putObject,
      putObjectTagging,
      putPublicAccessBlock,
      uploadPart,
      uploadPartCopy,
    ].map((make) => make(parts)),
    notOffered,
    actions: () => s3Actions,
    throttled: { code: "SlowDown", httpStatus: 503 },
  };
}
