# a VM called virtualserver 1.1
describe "virtualserver" do
  it("lists") { expect(vm.name).to eq("virtualserver 1.1") }
end
