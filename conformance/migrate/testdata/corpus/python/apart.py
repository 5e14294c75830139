import cloud

session = cloud.open()
print(session.call("virtualserver", "1.2"))
print(session.headers(api_name="virtualserver", version="1.1"))
print(session.headers(version="1.0", api_name="virtualserver"))
print(session.call("vpc", "1.1"))
