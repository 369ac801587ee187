"""The GraphQL queries of the github connector.

A query holds the first part of a nested connection; the rest of a long one is read by `node(id:)`, one connection at a
time. A page of 25 pull requests costs 1 point of 5,000 an hour: (1 + 25 x 5 connections) / 100. A connection within a
nested one would multiply that cost by its parents. So co-authors are read from the message and not from `authors`,
and parents of commits and comments of reviews are not requested.
"""

from __future__ import annotations

ACCOUNT = """
fragment Account on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId }
}
"""

RATE_LIMIT = "rateLimit { cost remaining resetAt }"

COMMITS = """
  totalCount
  pageInfo { hasNextPage endCursor }
  nodes { commit {
    oid authoredDate committedDate message
    author { email user { login databaseId } }
  } }
"""

REVIEWS = """
  pageInfo { hasNextPage endCursor }
  nodes {
    fullDatabaseId state submittedAt authorAssociation
    author { ...Account }
    commit { oid }
  }
"""

EVENT_TYPES = (
    "READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, CLOSED_EVENT, REOPENED_EVENT, MERGED_EVENT, "
    "REVIEW_REQUESTED_EVENT, REVIEW_DISMISSED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT, BASE_REF_CHANGED_EVENT"
)

EVENTS = """
  pageInfo { hasNextPage endCursor }
  nodes {
    __typename
    ... on ReadyForReviewEvent { id createdAt actor { ...Account } }
    ... on ConvertToDraftEvent { id createdAt actor { ...Account } }
    ... on ClosedEvent { id createdAt actor { ...Account } stateReason }
    ... on ReopenedEvent { id createdAt actor { ...Account } }
    ... on MergedEvent { id createdAt actor { ...Account } commit { oid } }
    ... on ReviewRequestedEvent { id createdAt actor { ...Account } requestedReviewer { __typename } }
    ... on ReviewDismissedEvent {
      id createdAt actor { ...Account } previousReviewState review { fullDatabaseId }
    }
    ... on HeadRefForcePushedEvent { id createdAt actor { ...Account } }
    ... on BaseRefChangedEvent { id createdAt actor { ...Account } }
  }
"""

STATUSES = """
  pageInfo { hasNextPage endCursor }
  nodes { id state createdAt environment }
"""

PULL_REQUESTS = f"""
query PullRequests($owner: String!, $name: String!, $page: Int!, $after: String, $states: [PullRequestState!]) {{
  repository(owner: $owner, name: $name) {{
    databaseId
    nameWithOwner
    defaultBranchRef {{ name }}
    pullRequests(first: $page, after: $after, states: $states, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id fullDatabaseId number state isDraft title body
        createdAt updatedAt closedAt mergedAt
        author {{ ...Account }}
        mergedBy {{ ...Account }}
        authorAssociation baseRefName headRefName headRefOid isCrossRepository
        mergeCommit {{ oid }}
        additions deletions changedFiles totalCommentsCount
        labels(first: 50) {{ nodes {{ name }} }}
        assignees(first: 10) {{ nodes {{ login databaseId }} }}
        commits(first: 50) {{ {COMMITS} }}
        reviews(first: 50) {{ {REVIEWS} }}
        timelineItems(first: 50, itemTypes: [{EVENT_TYPES}]) {{ {EVENTS} }}
      }}
    }}
  }}
  {RATE_LIMIT}
}}
{ACCOUNT}
"""

DEPLOYMENTS = f"""
query Deployments($owner: String!, $name: String!, $page: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    databaseId
    nameWithOwner
    deployments(first: $page, after: $after, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id commitOid environment originalEnvironment latestEnvironment task state createdAt updatedAt
        creator {{ ...Account }}
        ref {{ name }}
        statuses(first: 50) {{ {STATUSES} }}
      }}
    }}
  }}
  {RATE_LIMIT}
}}
{ACCOUNT}
"""


def _rest(parent: str, connection: str, selection: str) -> str:
    name, _, arguments = connection.partition("(")
    page_arguments = f"first: $page, after: $after{', ' + arguments.rstrip(')') if arguments else ''}"
    fragment = ACCOUNT if "...Account" in selection else ""
    return f"""
query Rest($id: ID!, $page: Int!, $after: String) {{
  node(id: $id) {{ ... on {parent} {{ {name}({page_arguments}) {{ {selection} }} }} }}
  {RATE_LIMIT}
}}
{fragment}
"""


REST = {
    "commits": _rest("PullRequest", "commits", COMMITS),
    "reviews": _rest("PullRequest", "reviews", REVIEWS),
    "timelineItems": _rest("PullRequest", f"timelineItems(itemTypes: [{EVENT_TYPES}])", EVENTS),
    "statuses": _rest("Deployment", "statuses", STATUSES),
}
"""Connection -> the query for its remaining nodes."""

QUERIES = {"pull_requests": PULL_REQUESTS, "deployments": DEPLOYMENTS, **{f"rest_{k}": v for k, v in REST.items()}}
"""All queries by name, for tests."""
