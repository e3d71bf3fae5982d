/** Where a new policy begins: reading traces, as most do. */
export const newPolicyDocument = JSON.stringify(
  {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["xray:BatchGetTraces", "xray:GetTraceSummaries"],
        Resource: "*",
      },
    ],
  },
  null,
  2,
);
