headers = {"Scp-Api-Version": "vpc 1.1"}
call("vpc", "1.2")
url = "https://docs.e.samsungsdscloud.com/apireference/compute/virtualserver/apis/showvolume/1.3/"
