#!/bin/sh
# Writes vectors.tsv: signatures made by openssl, which shares no code with this
# package. Run it from any directory: sh signing/testdata/vectors.sh
#
# Columns, separated by tabs: name, access key, secret key, account id (may be
# empty), client type, method, URL as on the wire, timestamp in milliseconds,
# signature.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

vector() { # name access secret account clientType method url millis
	signature=$(printf '%s' "$6$7$8$2$4$5" | openssl dgst -sha256 -hmac "$3" -binary | base64)
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8" "$signature"
}

host=https://virtualserver.kr-west1.e.samsungsdscloud.com
detach=$host/v1/volumes/3f500f00-ed80-4566-a057-e31760226f9a/servers/2a9be312-5d4b-4bc8-b2ae-35100fa9241f
ak=0123456789abcdef0123456789abcdef
sk=fedcba98-7654-3210-fedc-ba9876543210
acct=7f3e1c2b9a8d4e5f6071829304a5b6c7
at=1767225600000
korean=%ED%95%9C%EA%B8%80

{
	vector 'detach'                      $ak $sk '' Openapi DELETE "$detach" $at
	vector 'detach with account'         $ak $sk $acct Openapi DELETE "$detach" $at
	vector 'attach'                      $ak $sk '' Openapi POST "$host/v1/volumes/3f500f00-ed80-4566-a057-e31760226f9a/servers" $at
	vector 'root'                        $ak $sk '' Openapi GET "$host/" $at
	vector 'percent signs'               $ak $sk '' Openapi GET "$host/v1/volumes/100%25?name=50%25%20off" $at
	vector 'encoded twice on purpose'    $ak $sk '' Openapi GET "$host/v1/volumes/a%252Fb" $at
	vector 'encoded slash'               $ak $sk '' Openapi GET "$host/v1/volumes/a%2Fb/servers/c%2fd" $at
	vector 'plus'                        $ak $sk '' Openapi GET "$host/v1/a+b?q=c+d%2Be" $at
	vector 'encoded spaces'              $ak $sk '' Openapi GET "$host/v1/a%20b?q=c%20d" $at
	vector 'Korean path'                 $ak $sk '' Openapi GET "$host/v1/volumes/$korean" $at
	vector 'Korean query'                $ak $sk $acct Openapi GET "$host/v1/volumes?name=$korean&sort=name" $at
	vector 'Korean query as it is'       $ak $sk '' Openapi GET "$host/v1/volumes?name=한글" $at
	vector 'semicolons'                  $ak $sk '' Openapi GET "$host/v1/a;b=c?d=e;f=g" $at
	vector 'lone question mark'          $ak $sk '' Openapi GET "$host/v1/volumes?" $at
	vector 'two question marks'          $ak $sk '' Openapi GET "$host/v1/volumes??" $at
	vector 'double slash'                $ak $sk '' Openapi GET "$host//v1//volumes/" $at
	vector 'dots'                        $ak $sk '' Openapi DELETE "$host/v1/volumes/../servers/." $at
	vector 'sub-delimiters'              $ak $sk '' Openapi GET "$host/v1/!\$&'()*,=:@?a=[b]&c=\"d\"" $at
	vector 'port'                        $ak $sk '' Openapi DELETE "https://localhost:8443/v1/volumes/a/servers/b" $at
	vector 'default port written out'    $ak $sk '' Openapi DELETE "$host:443/v1/volumes/a/servers/b" $at
	vector 'plain HTTP'                  $ak $sk $acct Openapi DELETE "http://127.0.0.1:8080/v1/volumes/a/servers/b" $at
	vector 'upper-case host'             $ak $sk '' Openapi DELETE "https://VirtualServer.KR-West1.e.SamsungSDSCloud.com/v1/volumes/a/servers/b" $at
	vector 'IPv6'                        $ak $sk '' Openapi DELETE "http://[::1]:8080/v1/volumes/a/servers/b" $at
	vector 'IPv6 without port'           $ak $sk $acct Openapi DELETE "https://[2001:db8::1]/v1/volumes/a/servers/b" $at
	vector 'Punycode'                    $ak $sk '' Openapi GET "https://xn--bj0bj06e.example/v1" $at
	vector 'lower-case method'           $ak $sk '' Openapi delete "$detach" $at
	vector 'other client type'           $ak $sk '' Console DELETE "$detach" $at
	vector 'timestamp zero'              $ak $sk '' Openapi GET "$host/" 0
	vector 'timestamp of 14 digits'      $ak $sk '' Openapi GET "$host/" 10000000000000
	vector 'secret with punctuation'     $ak "a\$b\`c'd\"e\\f%s&|<>*?#!~" '' Openapi DELETE "$detach" $at
	vector 'secret with blanks inside'   $ak 'two  words' '' Openapi DELETE "$detach" $at
	vector 'secret in Korean'            $ak '비밀 열쇠' $acct Openapi DELETE "$detach" $at
	vector 'secret of one byte'          $ak k '' Openapi DELETE "$detach" $at
	vector 'secret beyond a hash block'  $ak "$sk$sk$sk$sk" '' Openapi DELETE "$detach" $at
	vector 'secret like a base64'        $ak 'Zm9v+YmFy/YmF6Zm9vYmFyYmF6Zm9vYmFyYmF6==' '' Openapi DELETE "$detach" $at
} >"$(dirname "$0")/vectors.tsv"
