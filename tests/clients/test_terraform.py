"""Terraform's AWS provider, unmodified: what it sets up it finds again as it set it up, and changes, and takes away."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ostiary.iam.accounts import RootKey
from tests.fixtures.functions import KMS_KEY
from tests.fixtures.required import not_to_be_had
from tests.fixtures.server import Server

MODULE = Path(__file__).parent / "terraform"
PROVIDER = "registry.terraform.io/hashicorp/aws/5.100.0"
PLUGINS = (
    os.environ.get("OSTIARY_TEST_TERRAFORM_PLUGINS", ""),
    *("~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"),
    "/opt/tf-plugins",
)
"""Where the provider may lie, as `terraform providers mirror` lays it out."""
FORGOTTEN = (
    *("aws_cognito_user_group.readers", "aws_cognito_resource_server.photos", "aws_cognito_identity_provider.google"),
    *("aws_cognito_user_pool_domain.prefix", "aws_cognito_user.ada", "aws_iam_role.person"),
)
"""What imported.tf takes up again."""
CHANGES = 2
"""The exit code of a plan that has something to do."""


@pytest.fixture
def engine_name() -> str:
    """Clients see the same on every engine."""
    return "sqlite"


class Terraform:
    """A copy of the module, and the command that works on it."""

    def __init__(self, folder: Path, endpoint: str, key: RootKey, values: dict[str, str]) -> None:
        self._folder = folder
        shutil.copytree(MODULE, folder, ignore=lambda _folder, _names: ["imported.tf"])
        mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{_plugins()}"\n  }}\n}}\n'
        (folder / "terraformrc").write_text(mirror)
        given = {"endpoint": endpoint, **values}
        (folder / "values.auto.tfvars").write_text("".join(f'{name} = "{value}"\n' for name, value in given.items()))
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(folder / "terraformrc"),
            "CHECKPOINT_DISABLE": "1",
            "GOGC": "400",  # the provider's schema is large: collecting less often halves what a command costs
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        }
        self("init")

    def __call__(self, *arguments: str, expected: int = 0) -> None:
        """Run a command, which ends with this exit code."""
        command = ["terraform", arguments[0], "-no-color", *arguments[1:]]
        run = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == expected, f"{' '.join(command)}\n{run.stdout}\n{run.stderr}"

    def apply(self, *options: str) -> None:
        """Make it so; afterwards there is nothing left to do."""
        self("apply", "-auto-approve", *options)
        self("plan", "-detailed-exitcode", *options)

    def forget(self, *addresses: str) -> None:
        """Take resources out of the state, which stay; imported.tf is how they come back."""
        subprocess.run(
            ["terraform", "state", "rm", *addresses],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            check=True,
        )
        shutil.copy(MODULE / "imported.tf", self._folder)


def _plugins() -> Path:
    if shutil.which("terraform") is None:
        not_to_be_had("terraform is not installed")
    places = [Path(place).expanduser() for place in PLUGINS if place]
    found = next((place for place in places if (place / PROVIDER).is_dir()), None)
    return found or not_to_be_had(f"Terraform's AWS provider lies in none of {', '.join(map(str, places))}")


@pytest.mark.timeout(600)
def test_terraform_sets_up_changes_imports_and_removes_everything(
    server: Server, root: RootKey, client: Callable[..., Any], tmp_path: Path
) -> None:
    """clients.md 17 to 19. Each command starts the provider, which alone takes seconds."""
    idp, identity, iam, sns = (client(name) for name in ("cognito-idp", "cognito-identity", "iam", "sns"))
    adopted = idp.create_user_pool(PoolName="adopted")["UserPool"]["Id"]
    idp.create_user_pool_client(UserPoolId=adopted, ClientName="AmazonOpenSearchService-x", GenerateSecret=True)
    values = {"adopted_pool_id": adopted, "sender_key": KMS_KEY}
    terraform = Terraform(tmp_path / "module", server.url, root, values)

    terraform.apply()
    pools = {pool["Name"]: pool["Id"] for pool in idp.list_user_pools(MaxResults=60)["UserPools"]}
    assert sorted(pools) == ["adopted", "passkeys", "smallest", "triggered", "whole"]
    assert idp.describe_user_pool(UserPoolId=pools["whole"])["UserPool"]["DeletionProtection"] == "ACTIVE"

    terraform.forget(*FORGOTTEN)
    terraform.apply("-var", "later=true")
    whole = idp.describe_user_pool(UserPoolId=pools["whole"])["UserPool"]
    assert whole["UserPoolTags"] == {"managed": "terraform", "stage": "second", "added": "yes"}
    assert whole["MfaConfiguration"] == "ON"
    assert "custom:added" in [attribute["Name"] for attribute in whole["SchemaAttributes"]]
    assert iam.list_access_keys(UserName="operator-renamed")["AccessKeyMetadata"][0]["Status"] == "Inactive"

    terraform("destroy", "-auto-approve", "-var", "later=true")
    assert [pool["Name"] for pool in idp.list_user_pools(MaxResults=60)["UserPools"]] == ["adopted"]
    assert identity.list_identity_pools(MaxResults=60)["IdentityPools"] == []
    left = (iam.list_roles()["Roles"], iam.list_users()["Users"], iam.list_policies(Scope="Local")["Policies"])
    assert left == ([], [], [])
    assert sns.list_topics()["Topics"] == sns.list_platform_applications()["PlatformApplications"] == []
