"""The console behind CloudFront: as strict as on the local stack, and the API beside it."""

import re

from local.console import POLICY
from tests.rules.template import ROOT, parse

RESOURCES = parse((ROOT / "template.yaml").read_text())["Resources"]
CONFIG = RESOURCES["ConsoleDistribution"]["Properties"]["DistributionConfig"]


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def test_content_may_do_there_what_it_may_do_here():
    headers = RESOURCES["ConsoleHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    text = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0]
    there, here = directives(text), directives(POLICY)
    assert there.keys() == here.keys()
    for name, sources in there.items():
        own = [source for source in sources if not source.startswith("${")]
        assert own == [source for source in here[name] if not source.startswith("http://127.0.0.1")]
    assert not re.search("unsafe|https?:|\\*", text)


def test_all_paths_of_the_api_lead_to_it_uncached():
    behaviours = {each["PathPattern"]: each for each in CONFIG["CacheBehaviors"]}
    routes = re.findall(r"Path: (/\S+?)[,}\s]", (ROOT / "template.yaml").read_text())
    assert len(routes) > 50
    for path in routes:
        assert any(path.startswith(pattern.rstrip("*")) for pattern in behaviours), path
    assert {each["TargetOriginId"] for each in behaviours.values()} == {"api"}
    assert len({each["CachePolicyId"] for each in behaviours.values()}) == 1
    assert not any(each["Compress"] for each in behaviours.values())


def test_the_bucket_is_read_by_the_distribution_alone():
    properties = RESOURCES["ConsoleBucket"]["Properties"]
    assert all(properties["PublicAccessBlockConfiguration"].values())
    allowed = [
        each
        for each in RESOURCES["ConsoleBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    ]
    assert [each["Principal"] for each in allowed] == [{"Service": "cloudfront.amazonaws.com"}]
    assert "aws:SourceArn" in allowed[0]["Condition"]["StringEquals"]


def test_every_file_that_is_not_a_page_is_known_to_the_function():
    code = RESOURCES["ConsolePages"]["Properties"]["FunctionCode"]
    for path in (ROOT / "console" / "public").iterdir():
        assert f'"/{path.name}"' in code
