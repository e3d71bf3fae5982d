/**
 * General purpose bucket names: 3 to 63 lower case letters, digits, dots and hyphens; every label starts and ends with a
 * letter or digit; no IPv4 address; none of the reserved prefixes and suffixes.
 * Source: S3 user guide, "General purpose bucket naming rules".
 */
export function isBucketName(name: string): boolean {
  return (
    /^(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}
