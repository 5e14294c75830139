class ApiVersion(str, Enum):
    VPC = "vpc 1.1"
    VIRTUALSERVER = "virtualserver 1.2"
